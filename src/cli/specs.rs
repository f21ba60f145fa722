use super::{
    Done,
    args::{Specs, SpecsCommand},
    output,
};
use crate::spec::{RawDocument, import};

pub(super) fn specs(args: &Specs) -> Done {
    match &args.command {
        SpecsCommand::Import { file } => {
            let document = RawDocument::read(file)?;
            let imported = RawDocument { value: import(&document.value), ..document };
            output::line(imported.write()?.trim_end());
            Ok(0)
        }
    }
}
