//! The model's own chat template: messages in, a prompt out.
//!
//! The template is part of an untrusted file. It gets the messages and nothing else, may neither grow nor work beyond a
//! limit, and its errors are reported by kind only, because their text may quote a message.

use std::io::Write;

use minijinja::syntax::SyntaxConfig;
use minijinja::value::Value;
use minijinja::{Environment, Error, ErrorKind, context};

use super::{Message, Role};
use crate::SlmError;

/// Longer templates than this are not templates.
const MAX_TEMPLATE: usize = 256 << 10;
/// Beyond the messages themselves, a prompt has at most this many bytes.
const MAX_FRAME: usize = 1 << 20;

/// What rendering may cost beyond the messages themselves: about so many steps, or 64 bytes for each, which is a moment
/// and some megabytes. Real templates take some hundreds for a message.
const MAX_WORK: u64 = 500_000;

/// Marks the beginning and end of a message in the rendered prompt. Unicode keeps these two code points free for
/// such internal use; in messages they are replaced.
const OPEN: char = '\u{fdd0}';
const CLOSE: char = '\u{fdd1}';

/// A piece of a rendered prompt.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Piece<'a> {
    /// The template's own text, in which special tokens count.
    Frame(&'a str),
    /// A message's text, in which nothing is special.
    Content(&'a str),
}

/// A compiled template.
pub(crate) struct Template {
    environment: Environment<'static>,
}

const NAME: &str = "chat";

/// For models that were never taught a conversation and have no template: one message after the other.
pub(crate) const PLAIN: &str = "{% for message in messages %}{{ message['content'] }}\n\n{% endfor %}";

impl Template {
    /// Compiles the template of a file.
    pub(crate) fn compile(source: &str) -> Result<Self, SlmError> {
        if source.len() > MAX_TEMPLATE {
            return Err(SlmError::malformed(format!(
                "its prompt template has {} bytes",
                source.len()
            )));
        }
        let mut environment = Environment::new();
        // As the library that templates are written for sets it.
        environment.set_syntax(
            SyntaxConfig::builder()
                .trim_blocks(true)
                .lstrip_blocks(true)
                .build()
                .map_err(|error| failed(&error))?,
        );
        environment.add_function("raise_exception", |_: String| -> Result<String, Error> {
            Err(Error::new(ErrorKind::InvalidOperation, "refused by the template"))
        });
        environment
            .set_unknown_method_callback(|_, value, method, arguments| text_method(value, method, arguments));
        environment
            .add_template_owned(NAME, source.to_owned())
            .map_err(|error| failed(&error))?;
        Ok(Self { environment })
    }

    /// Renders the messages and the opening of the answer.
    pub(crate) fn render(&self, messages: &[Message], edges: (&str, &str)) -> Result<String, SlmError> {
        let content = |text: &str| format!("{OPEN}{}{CLOSE}", text.replace([OPEN, CLOSE], "\u{fffd}"));
        let list: Vec<Value> = messages
            .iter()
            .map(|message| context! { role => message.role.name(), content => content(&message.content) })
            .collect();
        let (bos_token, eos_token) = edges;
        let context = context! { messages => list, add_generation_prompt => true, bos_token, eos_token };
        let said = messages
            .iter()
            .map(|message| message.content.len())
            .sum::<usize>();
        let mut out = Limited {
            bytes: Vec::new(),
            limit: MAX_FRAME + 4 * said,
        };
        let mut environment = self.environment.clone();
        environment.set_fuel(Some(MAX_WORK + said as u64));
        let template = environment.get_template(NAME).map_err(|error| failed(&error))?;
        template
            .render_captured_to(context, &mut out)
            .map_err(|error| failed(&error))?;
        let prompt = String::from_utf8(out.bytes).map_err(|_| SlmError::Template {
            problem: "the prompt is not text".to_owned(),
        })?;
        // A template that leaves a message out would have the model answer something else than was asked.
        let kept = pieces(&prompt);
        for message in messages {
            let text = message.content.replace([OPEN, CLOSE], "\u{fffd}");
            if !kept
                .iter()
                .any(|piece| matches!(piece, Piece::Content(kept) if kept.trim() == text.trim()))
            {
                return Err(SlmError::Template {
                    problem: "it leaves out or changes a message".to_owned(),
                });
            }
        }
        drop(kept);
        Ok(prompt)
    }
}

/// Cuts a rendered prompt into frame and contents.
pub(crate) fn pieces(prompt: &str) -> Vec<Piece<'_>> {
    let mut pieces = Vec::new();
    let mut rest = prompt;
    while let Some((frame, after)) = rest.split_once(OPEN) {
        let (content, after) = after.split_once(CLOSE).unwrap_or((after, ""));
        pieces.extend([Piece::Frame(frame), Piece::Content(content)]);
        rest = after;
    }
    pieces.push(Piece::Frame(rest));
    pieces
}

fn failed(error: &Error) -> SlmError {
    SlmError::Template {
        problem: format!("{:?} in line {}", error.kind(), error.line().unwrap_or(0)),
    }
}

/// The few text methods of Python that templates call.
fn text_method(value: &Value, method: &str, arguments: &[Value]) -> Result<Value, Error> {
    let unknown = || Error::from(ErrorKind::UnknownMethod);
    let text = value.as_str().ok_or_else(unknown)?;
    let argument = || {
        arguments
            .first()
            .and_then(Value::as_str)
            .ok_or_else(|| Error::from(ErrorKind::MissingArgument))
    };
    Ok(match (method, arguments.len()) {
        // The marks stay at the ends; the text between them is what the template means to trim.
        ("strip", 0) => Value::from(trim_inside(text, str::trim)),
        ("lstrip", 0) => Value::from(trim_inside(text, str::trim_start)),
        ("rstrip", 0) => Value::from(trim_inside(text, str::trim_end)),
        ("startswith", 1) => Value::from(text.trim_start_matches(OPEN).starts_with(argument()?)),
        ("endswith", 1) => Value::from(text.trim_end_matches(CLOSE).ends_with(argument()?)),
        ("upper", 0) => Value::from(text.to_uppercase()),
        ("lower", 0) => Value::from(text.to_lowercase()),
        _ => return Err(unknown()),
    })
}

fn trim_inside(text: &str, trim: fn(&str) -> &str) -> String {
    match text.strip_prefix(OPEN).and_then(|text| text.strip_suffix(CLOSE)) {
        Some(inside) => format!("{OPEN}{}{CLOSE}", trim(inside)),
        None => trim(text).to_owned(),
    }
}

impl Role {
    fn name(self) -> &'static str {
        match self {
            Self::System => "system",
            Self::User => "user",
            Self::Assistant => "assistant",
        }
    }
}

/// Text that may not grow for ever.
struct Limited {
    bytes: Vec<u8>,
    limit: usize,
}

impl Write for &mut Limited {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        if self.bytes.len() + bytes.len() > self.limit {
            return Err(std::io::ErrorKind::FileTooLarge.into());
        }
        self.bytes.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const CHAT: &str = "{% for message in messages %}{{'<|im_start|>' + message['role'] + '\n' + message['content'] + '<|im_end|>' + '\n'}}{% endfor %}{% if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}{% endif %}";

    #[test]
    fn rejects_templates_that_would_never_end_or_fill_the_memory() {
        let messages = [Message::system("S"), Message::user("U")];
        let outcome = |source: &str| Template::compile(source).unwrap().render(&messages, ("", ""));
        let endless = "{% for a in range(90000) %}{% for b in range(90000) %}{% endfor %}{% endfor %}";
        let growing = "{% set x = namespace(a='abcdefgh') %}{% for b in range(60) %}{% set x.a = x.a ~ x.a %}{% endfor %}";
        for source in [endless, growing] {
            let whole = format!("{source}{PLAIN}");
            let Err(SlmError::Template { problem }) = outcome(&whole) else {
                panic!("accepted {source}")
            };
            assert!(problem.contains("OutOfFuel"), "{problem}");
        }
        assert!(outcome(PLAIN).is_ok());
    }

    #[test]
    fn a_long_conversation_is_not_too_much_work() {
        let messages: Vec<Message> = (0..200).map(|_| Message::user("word ".repeat(2_000))).collect();
        assert!(
            Template::compile(CHAT)
                .unwrap()
                .render(&messages, ("", ""))
                .is_ok()
        );
    }

    #[test]
    fn frames_messages_as_the_template_says() {
        let prompt = Template::compile(CHAT)
            .unwrap()
            .render(&[Message::system("S"), Message::user("U")], ("", ""));
        let prompt = prompt.unwrap();
        let expected = [
            "<|im_start|>system\n",
            "<|im_end|>\n<|im_start|>user\n",
            "<|im_end|>\n<|im_start|>assistant\n",
        ];
        let [a, b, c] = expected.map(Piece::Frame);
        assert_eq!(
            pieces(&prompt),
            [a, Piece::Content("S"), b, Piece::Content("U"), c]
        );
    }
}
