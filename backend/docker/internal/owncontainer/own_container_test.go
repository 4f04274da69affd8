package owncontainer

import (
	"strings"
	"testing"

	"github.com/ecs-emulator/ecs-emulator/backend/docker/internal/dockerapi"
)

func TestOwnContainerID(t *testing.T) {
	id := strings.Repeat("0123456789abcdef", 4)
	inside := "820 810 8:1 /var/lib/docker/containers/" + id + "/hostname /etc/hostname rw,relatime - ext4 /dev/sda1 rw\n"
	host := "701 29 0:60 / /var/lib/docker/containers/" + id + "/mounts/shm rw - tmpfs shm rw\n"
	if got := idInMounts(strings.NewReader(host + inside)); got != id {
		t.Errorf("inside a container: %q", got)
	}
	if got := idInMounts(strings.NewReader(host)); got != "" {
		t.Errorf("on the host of containers: %q", got)
	}
	for line, want := range map[string]string{
		"5:memory:/docker/" + id:                   id,
		"0::/system.slice/docker-" + id + ".scope": id,
		"0::/": "",
		"0::/user.slice/user-1000.slice/session.scope": "",
	} {
		if got := idInCgroups(strings.NewReader(line + "\n")); got != want {
			t.Errorf("%s: %q; want %q", line, got, want)
		}
	}
}

// It asks no engine: there is none.
func TestWhatStaysApartRunsInNoContainer(t *testing.T) {
	s := New(dockerapi.Client{}, nil)
	s.StayApart()
	if own, err := s.Own(t.Context()); err != nil || own.ID != "" {
		t.Errorf("it runs in %v, %v", own, err)
	}
}
