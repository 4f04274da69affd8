//go:build unix

package main

import (
	"os/exec"
	"syscall"
)

// setProcessGroup keeps an interrupt from the terminal to this program: an emulator
// that is interrupted twice leaves its containers behind.
func setProcessGroup(cmd *exec.Cmd) { cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} }
