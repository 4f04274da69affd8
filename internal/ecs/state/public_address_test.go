package state_test

import (
	"fmt"
	"net/netip"
	"path/filepath"
	"testing"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/ec2/ec2network"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

func TestPublicAddressesAreOfOneOwnerEach(t *testing.T) {
	s, err := state.Open(store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	err = s.Update(func(tx *store.Tx) error {
		ranges, owners := []netip.Prefix{netip.MustParsePrefix("192.0.2.0/24"), netip.MustParsePrefix("203.0.113.0/24")}, map[netip.Addr]string{}
		for n := range 508 {
			owner := fmt.Sprintf("task %d", n)
			ip := ec2network.TakePublicAddress(tx, owner, owner)
			if other := owners[ip]; other != "" || !ranges[0].Contains(ip) && !ranges[1].Contains(ip) || ip.As4()[3] == 0 || ip.As4()[3] == 255 {
				t.Fatalf("%s gets %s, which %q has", owner, ip, other)
			}
			if again := ec2network.TakePublicAddress(tx, owner, owner); again != ip || ec2network.FindPublicAddress(tx, owner) != ip {
				t.Errorf("%s gets %s, then %s", owner, ip, again)
			}
			owners[ip] = owner
		}
		if ip := ec2network.TakePublicAddress(tx, "one more", "one more"); ip.IsValid() || ec2network.FindPublicAddress(tx, "one more").IsValid() {
			t.Errorf("one more gets %s", ip)
		}
		ec2network.GivePublicAddress(tx, "task 9")
		ec2network.GivePublicAddress(tx, "task 10")
		first := ec2network.TakePublicAddress(tx, "task 9", "one time")
		ec2network.GivePublicAddress(tx, "task 9")
		if ip := ec2network.TakePublicAddress(tx, "task 9", "another time"); !ip.IsValid() || ec2network.FindPublicAddress(tx, "task 9") != ip || !first.IsValid() {
			t.Errorf("task 9 gets %s, then %s", first, ip)
		}
		ec2network.TakePublicAddress(tx, "task 10", "task 10")
		free := ec2network.FindPublicAddress(tx, "task 7")
		ec2network.GivePublicAddress(tx, "task 7")
		ec2network.GivePublicAddress(tx, "absent")
		if ip := ec2network.TakePublicAddress(tx, "one more", "one more"); ip != free {
			t.Errorf("one more gets %s, want %s, which was given back", ip, free)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestPublicAddressOfATaskGoesWithItsEnd(t *testing.T) {
	path := filepath.Join(t.TempDir(), "state.db")
	s, err := state.Open(store.Options{Path: path})
	if err != nil {
		t.Fatal(err)
	}
	const cluster, web = "arn:aws:ecs:eu-west-1:123456789012:cluster/default", "arn:aws:ecs:eu-west-1:123456789012:task/default/web"
	var ip netip.Addr
	if err := s.Update(func(tx *store.Tx) error {
		state.AddTask(tx, &state.Task{ARN: web, Spec: &state.TaskSpec{ClusterARN: cluster, LaunchType: types.LaunchTypeFargate, AssignPublicIP: true}, Status: state.TaskStatus{LastStatus: state.Pending}})
		ip = ec2network.TakePublicAddress(tx, web, web)
		return state.PutTaskStatus(tx, web, state.TaskStep{Status: state.TaskStatus{LastStatus: state.Running}})
	}); err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if s, err = state.Open(store.Options{Path: path}); err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if got := ec2network.FindPublicAddress(s.Read(), web); got != ip {
		t.Errorf("after a restart the task has %s, want %s", got, ip)
	}
	if err := s.Update(func(tx *store.Tx) error {
		return state.PutTaskStatus(tx, web, state.TaskStep{Status: state.TaskStatus{LastStatus: state.Stopped}})
	}); err != nil {
		t.Fatal(err)
	}
	if got := ec2network.FindPublicAddress(s.Read(), web); got.IsValid() {
		t.Errorf("a task that has ended has %s", got)
	}
}
