package processgroup

import (
	"os/exec"
	"syscall"
)

// Own gives a command, before its start, a process group of its own.
func Own(cmd *exec.Cmd) {
	cmd.SysProcAttr = &syscall.SysProcAttr{CreationFlags: syscall.CREATE_NEW_PROCESS_GROUP}
}
