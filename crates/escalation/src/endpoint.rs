//! Where a cabinet may send to: one host, one port, one path, one model.

use std::net::{IpAddr, Ipv6Addr};

use secrecy::SecretString;
use serde::{Deserialize, Serialize};
use url::{Host, Url};

/// The key that an endpoint asks for. It cannot be printed.
pub type EndpointKey = SecretString;

/// How an endpoint is spoken to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Protocol {
    /// OpenAI's chat completions, as vLLM, Ollama and many providers speak them.
    OpenAi,
    /// Anthropic's messages.
    Anthropic,
}

/// Where a host lies, as far as its name tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Place {
    /// This machine.
    Loopback,
    /// An address of a private network.
    Private,
    /// An address anybody can reach.
    Public,
    /// A name; where it leads to is known when it is looked up.
    Named,
}

impl Place {
    /// Where an address lies.
    #[must_use]
    pub fn of(address: IpAddr) -> Self {
        let address = match address {
            IpAddr::V6(v6) => v6.to_ipv4_mapped().map_or(address, IpAddr::V4),
            IpAddr::V4(_) => address,
        };
        let private = match address {
            IpAddr::V4(v4) => v4.is_private() || v4.is_link_local(),
            IpAddr::V6(v6) => is_unique_local(v6) || v6.is_unicast_link_local(),
        };
        if address.is_loopback() {
            Self::Loopback
        } else if private {
            Self::Private
        } else {
            Self::Public
        }
    }

    /// In words, for people.
    #[must_use]
    pub fn words(self) -> &'static str {
        match self {
            Self::Loopback => "this machine",
            Self::Private => "a machine of your own network",
            Self::Public => "a machine on the internet",
            Self::Named => "a machine known by its name; it may be on the internet",
        }
    }
}

fn is_unique_local(address: Ipv6Addr) -> bool {
    address.segments()[0] & 0xfe00 == 0xfc00
}

/// The one place a cabinet may send to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Endpoint {
    protocol: Protocol,
    tls: bool,
    host: String,
    port: u16,
    path: String,
    model: String,
    /// A certificate authority of the user's own (PEM), in place of those of the system.
    authority: Option<String>,
    /// Host and port of what stands between, where the network lets nobody out directly.
    #[serde(default)]
    proxy: Option<(String, u16)>,
}

/// Why an address cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum EndpointError {
    /// Not an address at all.
    #[error("this is not an address such as https://models.example.org/v1")]
    NotAnAddress,
    /// Neither http nor https.
    #[error("the address must begin with https://, or http:// for a machine of your own network")]
    Scheme,
    /// A name and password, a query or a fragment in the address.
    #[error("the address may hold a host, a port and a path, and nothing else")]
    Extras,
    /// Plain http to a public address.
    #[error("plain http is refused for a public address: anybody on the way could read along; use https")]
    PlainToPublic,
    /// No model named.
    #[error("the name of the model is missing")]
    NoModel,
    /// The proxy is not one that can be used.
    #[error(
        "a proxy is given as http://host:port, without a name and password, and only for an https address"
    )]
    Proxy,
    /// The certificate authority is not PEM.
    #[error("the certificate of the authority is not in PEM form (BEGIN CERTIFICATE)")]
    Authority,
}

impl Endpoint {
    /// Takes an address as people write it, with or without the protocol's own path.
    ///
    /// # Errors
    /// [`EndpointError`]: what is wrong with the address.
    pub fn parse(
        address: &str,
        protocol: Protocol,
        model: &str,
        authority: Option<&str>,
    ) -> Result<Self, EndpointError> {
        let url = Url::parse(address.trim()).map_err(|_| EndpointError::NotAnAddress)?;
        let tls = match url.scheme() {
            "https" => true,
            "http" => false,
            _ => return Err(EndpointError::Scheme),
        };
        if !url.username().is_empty()
            || url.password().is_some()
            || url.query().is_some()
            || url.fragment().is_some()
        {
            return Err(EndpointError::Extras);
        }
        let host = url.host().ok_or(EndpointError::NotAnAddress)?;
        let place = place_of(&host);
        if !tls && place == Place::Public {
            return Err(EndpointError::PlainToPublic);
        }
        let model = model.trim();
        if model.is_empty() {
            return Err(EndpointError::NoModel);
        }
        let authority = authority.map(str::trim).filter(|pem| !pem.is_empty());
        if authority.is_some_and(|pem| !pem.contains("-----BEGIN CERTIFICATE-----")) {
            return Err(EndpointError::Authority);
        }
        Ok(Self {
            protocol,
            tls,
            host: match host {
                Host::Ipv6(v6) => v6.to_string(),
                other => other.to_string(),
            },
            port: url.port_or_known_default().ok_or(EndpointError::NotAnAddress)?,
            path: path(url.path(), protocol),
            model: model.to_owned(),
            authority: authority.map(str::to_owned),
            proxy: None,
        })
    }

    /// The same, reached through a proxy that is asked to connect to it (RFC 9110, section 9.3.6). The connection through
    /// it is encrypted to the host: the proxy learns the host's name and how much is said.
    ///
    /// # Errors
    /// [`EndpointError::Proxy`].
    pub fn through(mut self, proxy: &str) -> Result<Self, EndpointError> {
        let url = Url::parse(proxy.trim()).map_err(|_| EndpointError::Proxy)?;
        let bare = url.username().is_empty()
            && url.password().is_none()
            && url.query().is_none()
            && url.fragment().is_none()
            && url.path() == "/";
        let host = match url.host() {
            Some(Host::Ipv6(v6)) => v6.to_string(),
            Some(other) => other.to_string(),
            None => return Err(EndpointError::Proxy),
        };
        let port = url.port_or_known_default().ok_or(EndpointError::Proxy)?;
        if !self.tls || !bare || url.scheme() != "http" {
            return Err(EndpointError::Proxy);
        }
        self.proxy = Some((host, port));
        Ok(self)
    }

    /// How it is spoken to.
    #[must_use]
    pub fn protocol(&self) -> Protocol {
        self.protocol
    }

    /// True where the connection is encrypted and the host's certificate checked.
    #[must_use]
    pub fn tls(&self) -> bool {
        self.tls
    }

    /// The host's name or address, without brackets.
    #[must_use]
    pub fn host(&self) -> &str {
        &self.host
    }

    /// The TCP port.
    #[must_use]
    pub fn port(&self) -> u16 {
        self.port
    }

    /// The path of the one request.
    #[must_use]
    pub fn path(&self) -> &str {
        &self.path
    }

    /// Host and port of the proxy, where the user named one.
    #[must_use]
    pub fn proxy(&self) -> Option<(&str, u16)> {
        self.proxy.as_ref().map(|(host, port)| (host.as_str(), *port))
    }

    /// The proxy's address as [`Self::through`] takes it.
    #[must_use]
    pub fn proxy_address(&self) -> Option<String> {
        self.proxy()
            .map(|(host, port)| format!("http://{}", with_port(host, port)))
    }

    /// Host and port that the courier connects to: the proxy's, where there is one.
    #[must_use]
    pub fn first_hop(&self) -> (&str, u16) {
        self.proxy().unwrap_or((&self.host, self.port))
    }

    /// Where the host lies and what stands between, in words for people.
    #[must_use]
    pub fn way(&self) -> String {
        let place = self.place().words();
        match self.proxy() {
            Some((host, port)) => format!("{place}, through the proxy {}", with_port(host, port)),
            None => place.to_owned(),
        }
    }

    /// The model that is asked for.
    #[must_use]
    pub fn model(&self) -> &str {
        &self.model
    }

    /// A certificate authority of the user's own, in PEM form.
    #[must_use]
    pub fn authority(&self) -> Option<&str> {
        self.authority.as_deref()
    }

    /// Where the host lies, as far as can be told without looking it up.
    #[must_use]
    pub fn place(&self) -> Place {
        Host::parse(&self.host)
            .or_else(|_| Host::parse(&format!("[{}]", self.host)))
            .map_or(Place::Named, |host| place_of(&host))
    }

    /// Host and port as they stand in a request.
    #[must_use]
    pub fn authority_line(&self) -> String {
        let whole = self.host_and_port();
        match (self.tls, self.port) {
            (true, 443) | (false, 80) => {
                let end = whole.rfind(':').unwrap_or(whole.len());
                whole[..end].to_owned()
            }
            _ => whole,
        }
    }

    /// Host and port, both always there.
    #[must_use]
    pub fn host_and_port(&self) -> String {
        with_port(&self.host, self.port)
    }

    /// The whole address.
    #[must_use]
    pub fn address(&self) -> String {
        let scheme = if self.tls { "https" } else { "http" };
        format!("{scheme}://{}{}", self.authority_line(), self.path)
    }
}

fn with_port(host: &str, port: u16) -> String {
    if host.contains(':') {
        format!("[{host}]:{port}")
    } else {
        format!("{host}:{port}")
    }
}

fn place_of<S: AsRef<str>>(host: &Host<S>) -> Place {
    match host {
        Host::Ipv4(v4) => Place::of(IpAddr::V4(*v4)),
        Host::Ipv6(v6) => Place::of(IpAddr::V6(*v6)),
        // RFC 6761: this name never leads anywhere else.
        Host::Domain(name) if name.as_ref().eq_ignore_ascii_case("localhost") => Place::Loopback,
        Host::Domain(_) => Place::Named,
    }
}

/// The path with the protocol's own part, which people leave out.
fn path(given: &str, protocol: Protocol) -> String {
    let whole = match protocol {
        Protocol::OpenAi => "/v1/chat/completions",
        Protocol::Anthropic => "/v1/messages",
    };
    let (version, own) = whole.split_at("/v1".len());
    let given = given.trim_end_matches('/');
    if given.ends_with(own) {
        given.to_owned()
    } else if given.ends_with(version) {
        format!("{given}{own}")
    } else {
        format!("{given}{whole}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn openai(address: &str) -> Result<Endpoint, EndpointError> {
        Endpoint::parse(address, Protocol::OpenAi, "large", None)
    }

    #[test]
    fn the_path_that_people_leave_out_is_added_once() {
        for given in [
            "http://127.0.0.1:11434",
            "http://127.0.0.1:11434/",
            "http://127.0.0.1:11434/v1",
            "http://127.0.0.1:11434/v1/",
            "http://127.0.0.1:11434/v1/chat/completions",
        ] {
            let endpoint = openai(given).unwrap();
            assert_eq!(
                endpoint.address(),
                "http://127.0.0.1:11434/v1/chat/completions",
                "{given}"
            );
        }
        let anthropic =
            Endpoint::parse("https://models.example.org", Protocol::Anthropic, "m", None).unwrap();
        assert_eq!(anthropic.address(), "https://models.example.org/v1/messages");
        assert_eq!(anthropic.port(), 443);
    }

    #[test]
    fn places_are_told_apart() {
        for (address, place) in [
            ("http://127.0.0.1", Place::Loopback),
            ("http://localhost:8000", Place::Loopback),
            ("http://[::1]:8000", Place::Loopback),
            ("http://192.168.4.20:8000", Place::Private),
            ("http://10.0.0.7", Place::Private),
            ("http://[fd00::7]:8000", Place::Private),
            ("https://203.0.113.9", Place::Public),
            ("https://models.example.org", Place::Named),
            // Not to be taken for this machine.
            ("https://localhost.example.org", Place::Named),
        ] {
            assert_eq!(openai(address).unwrap().place(), place, "{address}");
        }
        assert_eq!(
            Place::of("::ffff:203.0.113.9".parse().unwrap()),
            Place::Public,
            "an IPv4 address in other clothes"
        );
    }

    #[test]
    fn a_proxy_is_named_by_the_user_for_an_encrypted_address_alone() {
        let plain = openai("https://models.example.org").unwrap();
        assert_eq!(plain.first_hop(), ("models.example.org", 443));
        let through = plain.clone().through("http://proxy.example.org:3128").unwrap();
        assert_eq!(through.first_hop(), ("proxy.example.org", 3128));
        assert_eq!(through.address(), plain.address(), "it goes to the same host");
        assert!(
            through
                .way()
                .ends_with("through the proxy proxy.example.org:3128")
        );
        for wrong in [
            "proxy",
            "socks5://10.0.0.7",
            "https://10.0.0.7:3128",
            "http://a:b@10.0.0.7:3128",
            "http://10.0.0.7/x",
        ] {
            assert_eq!(plain.clone().through(wrong), Err(EndpointError::Proxy), "{wrong}");
        }
        let own = openai("http://10.0.0.7:8000").unwrap();
        assert_eq!(own.through("http://10.0.0.8:3128"), Err(EndpointError::Proxy));
        // What was stored before proxies could be named is read as it was.
        let mut stored = serde_json::to_value(&plain).unwrap();
        stored.as_object_mut().unwrap().remove("proxy");
        assert_eq!(serde_json::from_value::<Endpoint>(stored).unwrap(), plain);
    }

    #[test]
    fn host_and_port_stand_in_a_request_as_they_must() {
        for (address, line, whole) in [
            (
                "https://models.example.org",
                "models.example.org",
                "models.example.org:443",
            ),
            ("http://10.0.0.7:8000", "10.0.0.7:8000", "10.0.0.7:8000"),
            ("https://[fd00::7]", "[fd00::7]", "[fd00::7]:443"),
        ] {
            let endpoint = openai(address).unwrap();
            assert_eq!(
                (
                    endpoint.authority_line().as_str(),
                    endpoint.host_and_port().as_str()
                ),
                (line, whole)
            );
        }
    }

    #[test]
    fn rejects_what_is_no_plain_address() {
        for (address, error) in [
            ("models", EndpointError::NotAnAddress),
            ("ftp://10.0.0.7", EndpointError::Scheme),
            ("https://user:pass@models.example.org", EndpointError::Extras),
            ("https://models.example.org/v1?key=1", EndpointError::Extras),
            ("https://models.example.org/#x", EndpointError::Extras),
            ("http://203.0.113.9", EndpointError::PlainToPublic),
        ] {
            assert_eq!(openai(address).unwrap_err(), error, "{address}");
        }
        let nameless = Endpoint::parse("http://127.0.0.1", Protocol::OpenAi, "  ", None);
        assert_eq!(nameless.unwrap_err(), EndpointError::NoModel);
        let odd = Endpoint::parse("https://10.0.0.7", Protocol::OpenAi, "m", Some("no certificate"));
        assert_eq!(odd.unwrap_err(), EndpointError::Authority);
    }
}
