//! How many threads to use: one for each core, fewer on battery.

use std::collections::HashSet;
use std::path::Path;

/// More threads than this wait for memory.
const MOST: usize = 8;

/// One thread for each core that the system grants us, at most eight: two threads on the two halves of a core only get
/// in each other's way.
pub(crate) fn cores() -> usize {
    let granted = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    let physical = physical_cores(Path::new("/sys/devices/system/cpu"));
    physical.unwrap_or(granted).min(granted).clamp(1, MOST)
}

/// Of so many threads those to use now: half of them on battery.
pub(crate) fn affordable(threads: usize) -> usize {
    match on_battery(Path::new("/sys/class/power_supply")) {
        true => threads.div_ceil(2),
        false => threads,
    }
}

/// Cores with all their threads counted once; none where the system does not say (only Linux does).
fn physical_cores(folder: &Path) -> Option<usize> {
    let cores: HashSet<String> = std::fs::read_dir(folder)
        .ok()?
        .flatten()
        .filter_map(|entry| std::fs::read_to_string(entry.path().join("topology/thread_siblings_list")).ok())
        .collect();
    (!cores.is_empty()).then_some(cores.len())
}

/// Whether a battery is being used up. A machine without one never is on battery.
fn on_battery(folder: &Path) -> bool {
    let Ok(supplies) = std::fs::read_dir(folder) else {
        return false;
    };
    let says = |path: &Path, what: &str| std::fs::read_to_string(path.join(what)).unwrap_or_default();
    supplies.flatten().any(|supply| {
        let path = supply.path();
        // The battery of a mouse says `Device`.
        says(&path, "type").trim() == "Battery"
            && says(&path, "scope").trim() != "Device"
            && says(&path, "status").trim() == "Discharging"
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folder(files: &[(&str, &str)]) -> tempfile::TempDir {
        let dir = tempfile::tempdir().unwrap();
        for (name, content) in files {
            let path = dir.path().join(name);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, content).unwrap();
        }
        dir
    }

    #[test]
    fn the_two_threads_of_a_core_are_one() {
        let halves = folder(&[
            ("cpu0/topology/thread_siblings_list", "0,2\n"),
            ("cpu1/topology/thread_siblings_list", "1,3\n"),
            ("cpu2/topology/thread_siblings_list", "0,2\n"),
            ("cpu3/topology/thread_siblings_list", "1,3\n"),
            ("cpufreq/something", ""),
        ]);
        assert_eq!(physical_cores(halves.path()), Some(2));
        assert_eq!(physical_cores(folder(&[]).path()), None);
        assert!((1..=MOST).contains(&cores()));
    }

    #[test]
    fn only_a_battery_that_is_used_up_counts() {
        for (status, scope, right) in [
            ("Discharging", "System", true),
            ("Charging", "System", false),
            ("Full", "System", false),
            ("Discharging", "Device", false),
        ] {
            let supplies = folder(&[
                ("AC/type", "Mains\n"),
                ("BAT0/type", "Battery\n"),
                ("BAT0/status", &format!("{status}\n")),
                ("BAT0/scope", &format!("{scope}\n")),
            ]);
            assert_eq!(on_battery(supplies.path()), right, "{status} {scope}");
        }
        assert!(!on_battery(Path::new("/nowhere/at/all")));
        assert!((1..=2).contains(&affordable(2)));
    }
}
