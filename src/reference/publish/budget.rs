use std::{
    cell::Cell,
    io::{self, Read},
};

/// How many bytes may still be read, in all and until the next call of [`Budget::allow`].
#[derive(Debug)]
pub(in super::super) struct Budget {
    total: Cell<u64>,
    here: Cell<u64>,
    spent: Cell<bool>,
}

impl Budget {
    pub(in super::super) fn new(total: u64) -> Self {
        Self { total: Cell::new(total), here: Cell::new(0), spent: Cell::new(false) }
    }

    /// What is left in all.
    pub(in super::super) fn left(&self) -> u64 {
        self.total.get()
    }

    /// Grants that much, as far as the total goes.
    pub(in super::super) fn allow(&self, bytes: u64) {
        self.here.set(bytes);
    }

    /// Whether a reader wanted more than it was granted.
    pub(in super::super) fn is_spent(&self) -> bool {
        self.spent.get()
    }

    fn take(&self, wanted: usize) -> io::Result<usize> {
        let granted = self.total.get().min(self.here.get());
        if granted == 0 {
            self.spent.set(true);
            return Err(io::Error::other("it unpacks to more than is allowed"));
        }
        Ok(usize::try_from(granted).unwrap_or(usize::MAX).min(wanted))
    }

    fn pay(&self, bytes: usize) {
        self.total.set(self.total.get() - bytes as u64);
        self.here.set(self.here.get() - bytes as u64);
    }
}

/// A reader that stops when its budget does.
pub(in super::super) struct Metered<'a, R> {
    inner: R,
    budget: &'a Budget,
}

impl<'a, R> Metered<'a, R> {
    pub(in super::super) fn new(inner: R, budget: &'a Budget) -> Self {
        Self { inner, budget }
    }

    pub(in super::super) fn into_inner(self) -> R {
        self.inner
    }
}

impl<R: Read> Read for Metered<'_, R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if buffer.is_empty() {
            return Ok(0);
        }
        let granted = self.budget.take(buffer.len())?;
        let read = self.inner.read(&mut buffer[..granted])?;
        self.budget.pay(read);
        Ok(read)
    }
}

#[cfg(test)]
mod tests {
    use std::io::Read;

    use super::{Budget, Metered};

    #[test]
    fn reading_stops_with_the_budget() {
        let budget = Budget::new(10);
        let mut reader = Metered::new(std::io::repeat(b'x'), &budget);
        budget.allow(4);
        let mut read = Vec::new();
        assert!(reader.read_to_end(&mut read).is_err());
        assert_eq!((read.len(), budget.left(), budget.is_spent()), (4, 6, true));
        budget.allow(100);
        assert!(reader.read_to_end(&mut read).is_err());
        assert_eq!(read.len(), 10);
    }
}
