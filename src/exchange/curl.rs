use std::fmt::Write;

use super::Request;

/// Bodies above this many bytes are not written out.
const WRITTEN_OUT: usize = 4096;

/// So many NUL on end are counted rather than written out: a crate file is full of them.
const COUNTED: usize = 16;

/// A command that sends a captured request again. Secrets stand as environment variables.
pub fn curl(request: &Request) -> String {
    let mut line = String::from("curl -i --path-as-is");
    if request.method == "HEAD" {
        line.push_str(" --head");
    } else if request.method != "GET" {
        let _ = write!(line, " -X {}", request.method);
    }
    for (name, value) in request.headers.iter() {
        if name.eq_ignore_ascii_case("user-agent") {
            continue;
        }
        let _ = match value {
            "" => write!(line, " -H '{name};'"),
            _ => write!(line, " -H {}", quoted(&format!("{name}: {value}"))),
        };
    }
    match request.body.text() {
        _ if request.body.is_empty() => {}
        Some(text) if text.len() <= WRITTEN_OUT && !text.contains('\0') => {
            let _ = write!(line, " --data-binary {}", quoted(text));
        }
        _ if request.body.len() <= WRITTEN_OUT => {
            line = format!("{} | {line} --data-binary @-", printed(&request.body))
        }
        _ => line.push_str(" --data-binary @BODY"),
    }
    let _ = write!(line, " {}", quoted(&request.url));
    line
}

/// Quoted for a shell: in single quotes, unless a secret's variable has to be filled in.
fn quoted(text: &str) -> String {
    let variable = [
        ("‹token:main›", "$REGSPEC_TOKEN"),
        ("‹token:other›", "$REGSPEC_OTHER_TOKEN"),
        ("‹cookie›", "$REGSPEC_COOKIE"),
    ];
    if variable.iter().all(|(mark, _)| !text.contains(mark)) {
        return format!("'{}'", text.replace('\'', r"'\''"));
    }
    let mut text = text.replace('\\', r"\\").replace('"', "\\\"").replace('`', "\\`").replace('$', "\\$");
    for (mark, name) in variable {
        text = text.replace(mark, name);
    }
    format!("\"{text}\"")
}

/// Shell commands that print bytes.
fn printed(bytes: &[u8]) -> String {
    let mut commands = Vec::new();
    let mut rest = bytes;
    while !rest.is_empty() {
        let nuls = rest.iter().take_while(|byte| **byte == 0).count();
        let (command, length) = if nuls >= COUNTED {
            (format!("head -c {nuls} /dev/zero"), nuls)
        } else {
            let counted = rest.windows(COUNTED).position(|window| window == [0; COUNTED]);
            let length = counted.unwrap_or(rest.len());
            (format!("printf '{}'", octal(&rest[..length])), length)
        };
        commands.push(command);
        rest = &rest[length..];
    }
    match commands.as_slice() {
        [one] => one.clone(),
        several => format!("{{ {}; }}", several.join("; ")),
    }
}

fn octal(bytes: &[u8]) -> String {
    let mut out = String::with_capacity(bytes.len() * 2);
    for (at, byte) in bytes.iter().enumerate() {
        match byte {
            // It would begin an option.
            b'-' if at == 0 => out.push_str(r"\055"),
            b'%' => out.push_str("%%"),
            b'\\' => out.push_str(r"\\"),
            b' '..=b'~' if *byte != b'\'' => out.push(char::from(*byte)),
            _ => {
                let _ = write!(out, "\\{byte:03o}");
            }
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_stands_as_a_variable() {
        let request = Request::new("DELETE", "http://127.0.0.1:1/api").header("Authorization", "‹token:main›");
        insta::assert_snapshot!(curl(&request), @r#"curl -i --path-as-is -X DELETE -H "Authorization: $REGSPEC_TOKEN" 'http://127.0.0.1:1/api'"#);
    }

    #[test]
    fn bytes_come_from_printf() {
        let request = Request::new("PUT", "http://127.0.0.1:1/").body(vec![0xff, b'%', b'a', 0]);
        insta::assert_snapshot!(curl(&request), @r"printf '\377%%a\000' | curl -i --path-as-is -X PUT --data-binary @- 'http://127.0.0.1:1/'");
    }

    #[test]
    fn a_shell_reads_bytes_as_they_were() {
        let odd =
            [b"-e\0%s'\\n".to_vec(), vec![0; 700], b"--".to_vec(), vec![0; 15], vec![b'7'; 2], vec![0; 16]].concat();
        for bytes in [odd.clone(), vec![0; 16], vec![0; 15], odd[..4].to_vec()] {
            let shell = std::process::Command::new("sh").args(["-c", &printed(&bytes)]).output().unwrap();
            assert_eq!(shell.stdout, bytes, "{}", printed(&bytes));
        }
        insta::assert_snapshot!(printed(&odd), @r"{ printf '\055e\000%%s\047\\n'; head -c 700 /dev/zero; printf '\055-\000\000\000\000\000\000\000\000\000\000\000\000\000\000\00077'; head -c 16 /dev/zero; }");
    }
}
