//go:build unix

package scratch

import (
	"os"
	"syscall"
)

// lock locks a file until it is closed, unless another one has.
func lock(file *os.File) error {
	return syscall.Flock(int(file.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
}
