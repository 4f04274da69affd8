package servicescheduler

import (
	"slices"
	"testing"

	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

const goneSubnet, goneGroup = "subnet-0ec5e000000000001", "sg-0ec5e000000000001"

func TestAServiceWhoseSubnetIsGoneStartsNothing(t *testing.T) {
	for name, test := range map[string]struct {
		change func(*types.AwsVpcConfiguration)
		want   string
	}{
		"one of several subnets": {
			func(vpc *types.AwsVpcConfiguration) { vpc.Subnets = []string{vpc.Subnets[0], goneSubnet} },
			"Error retrieving subnet information for [subnet-0ec5e3a1a70000001, " + goneSubnet + "]: The subnet ID '" + goneSubnet + "' does not exist (ErrorCode: InvalidSubnetID.NotFound)",
		},
		"every subnet": {
			func(vpc *types.AwsVpcConfiguration) { vpc.Subnets = []string{goneSubnet} },
			"Error retrieving subnet information for [" + goneSubnet + "]: The subnet ID '" + goneSubnet + "' does not exist (ErrorCode: InvalidSubnetID.NotFound)",
		},
		"security group": {
			func(vpc *types.AwsVpcConfiguration) { vpc.SecurityGroups = []string{goneGroup} },
			"Error retrieving security group information for [" + goneGroup + "]: The security group '" + goneGroup + "' does not exist (ErrorCode: InvalidGroup.NotFound)",
		},
	} {
		t.Run(name, func(t *testing.T) {
			f := newFixture(t, func(s *state.Service) {
				test.change(s.Deployments[0].Revision.NetworkConfiguration.AwsvpcConfiguration)
			})
			f.schedule()
			if n := len(f.tasks()); n != 0 {
				t.Errorf("%d tasks run elsewhere", n)
			}
			want := "(service web) failed to launch a task with (error " + test.want + ")."
			if got := f.messages(); !slices.Equal(got, []string{want}) {
				t.Errorf("events: %q, want %q", got, want)
			}
			if f.wakeAt.IsZero() {
				t.Error("the launch is not tried again")
			}
		})
	}
}
