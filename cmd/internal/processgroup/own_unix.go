//go:build unix

package processgroup

import (
	"os/exec"
	"syscall"
)

// Own gives a command, before its start, a process group of its own.
func Own(cmd *exec.Cmd) { cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} }
