//go:build linux

package main

import (
	"os"
	"strconv"
	"syscall"
	"unsafe"
)

// winsize is the kernel's struct of that name.
// Source: ioctl_tty(2).
type winsize struct{ rows, columns, x, y uint16 }

// openTerminal makes a terminal: the end that this program has, and the command's. An image needs
// nothing for it: the engine gives each container /dev/ptmx and /dev/pts.
// Source: pts(4), OCI runtime specification, "Default Devices".
func openTerminal(of winsize) (near, far *os.File, err error) {
	fd, err := syscall.Open("/dev/ptmx", syscall.O_RDWR|syscall.O_NOCTTY|syscall.O_CLOEXEC|syscall.O_NONBLOCK, 0)
	if err != nil {
		return nil, nil, &os.PathError{Op: "open", Path: "/dev/ptmx", Err: err}
	}
	near = os.NewFile(uintptr(fd), "/dev/ptmx")
	var locked, number int32
	for _, ask := range []struct {
		name    string
		request uintptr
		value   unsafe.Pointer
	}{
		{"TIOCSPTLCK", syscall.TIOCSPTLCK, unsafe.Pointer(&locked)},
		{"TIOCGPTN", syscall.TIOCGPTN, unsafe.Pointer(&number)},
		{"TIOCSWINSZ", syscall.TIOCSWINSZ, unsafe.Pointer(&of)},
	} {
		if err := ioctl(uintptr(fd), ask.request, ask.value); err != nil {
			_ = near.Close()
			return nil, nil, os.NewSyscallError(ask.name, err)
		}
	}
	path := "/dev/pts/" + strconv.Itoa(int(number))
	end, err := syscall.Open(path, syscall.O_RDWR|syscall.O_NOCTTY|syscall.O_CLOEXEC, 0)
	if err != nil {
		_ = near.Close()
		return nil, nil, &os.PathError{Op: "open", Path: path, Err: err}
	}
	return near, os.NewFile(uintptr(end), path), nil
}

// resize sets the size of a terminal, whose foreground processes are told by the kernel.
func resize(terminal *os.File, to winsize) {
	conn, err := terminal.SyscallConn()
	if err != nil {
		return
	}
	_ = conn.Control(func(fd uintptr) { _ = ioctl(fd, syscall.TIOCSWINSZ, unsafe.Pointer(&to)) })
}

func ioctl(fd, request uintptr, value unsafe.Pointer) error {
	if _, _, err := syscall.Syscall(syscall.SYS_IOCTL, fd, request, uintptr(value)); err != 0 {
		return err
	}
	return nil
}
