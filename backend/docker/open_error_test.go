package docker

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"strings"
	"syscall"
	"testing"

	"github.com/moby/moby/client"

	"github.com/ecs-emulator/ecs-emulator/backend"
)

// The client library says so in words alone.
func TestASocketThatMayNotBeOpenedIsSaidToBe(t *testing.T) {
	denied := func(context.Context, string, string) (net.Conn, error) {
		return nil, &net.OpError{Op: "dial", Net: "unix", Err: os.NewSyscallError("connect", syscall.EACCES)}
	}
	cli, err := client.New(client.WithHost("unix:///run/d.sock"), client.WithDialContext(denied))
	if err != nil {
		t.Fatal(err)
	}
	_, err = cli.Ping(t.Context(), client.PingOptions{})
	if err == nil {
		t.Fatal("it may be opened")
	}
	if text := openError("unix:///run/d.sock", err).Error(); !strings.Contains(text, "permission denied on unix:///run/d.sock: join the group") {
		t.Error(text)
	}
}

func TestOpenErrorForPermission(t *testing.T) {
	err := openError("unix:///var/run/docker.sock", fmt.Errorf("dial: %w", fs.ErrPermission))
	if !errors.Is(err, backend.ErrUnavailable) || !strings.Contains(err.Error(), "permission denied on unix:///var/run/docker.sock") {
		t.Errorf("openError = %v", err)
	}
}
