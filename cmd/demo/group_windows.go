package main

import (
	"os/exec"
	"syscall"
)

// ownGroup keeps the terminal's signals from a child process.
func ownGroup(cmd *exec.Cmd) {
	cmd.SysProcAttr = &syscall.SysProcAttr{CreationFlags: syscall.CREATE_NEW_PROCESS_GROUP}
}
