package autoscaling

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/autoscaling/types"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/autoscaling"
	sdk "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/autoscaling"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sorting"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

// processes are all there are. Source: EC2 Auto Scaling API reference, SuspendProcesses.
var processes = []string{
	"AddToLoadBalancer", "AlarmNotification", "AZRebalance", "HealthCheck", "InstanceRefresh", "Launch",
	"ReplaceUnhealthy", "ScheduledActions", "Terminate",
}

// asked are the processes of a request: all if it names none.
func asked(names []string) ([]string, error) {
	for _, name := range names {
		if !slices.Contains(processes, name) {
			return nil, invalid("%s is not a valid scaling process. The valid ones are: %s", name, strings.Join(processes, ", ")) // the text is the emulator's
		}
	}
	if len(names) == 0 {
		return processes, nil
	}
	return names, nil
}

// SuspendProcesses keeps a group from doing something.
func (a *API) SuspendProcesses(ctx context.Context, in *sdk.SuspendProcessesInput) (*sdk.SuspendProcessesOutput, error) {
	why := "User suspended at " + a.now().Format(time.RFC3339)
	return &sdk.SuspendProcessesOutput{}, a.changeProcesses(ctx, in.AutoScalingGroupName, in.ScalingProcesses, func(g *autoscaling.Group, names []string) {
		for _, name := range names {
			if !g.Suspends(name) {
				g.Suspended = append(slices.Clip(g.Suspended), types.SuspendedProcess{ProcessName: &name, SuspensionReason: &why})
			}
		}
		sorting.By(g.Suspended, func(a, b types.SuspendedProcess) int { return strings.Compare(*a.ProcessName, *b.ProcessName) })
	})
}

// ResumeProcesses lets a group do it again.
func (a *API) ResumeProcesses(ctx context.Context, in *sdk.ResumeProcessesInput) (*sdk.ResumeProcessesOutput, error) {
	return &sdk.ResumeProcessesOutput{}, a.changeProcesses(ctx, in.AutoScalingGroupName, in.ScalingProcesses, func(g *autoscaling.Group, names []string) {
		g.Suspended = slices.DeleteFunc(slices.Clone(g.Suspended), func(s types.SuspendedProcess) bool { return slices.Contains(names, *s.ProcessName) })
	})
}

func (a *API) changeProcesses(ctx context.Context, group *string, names []string, change func(*autoscaling.Group, []string)) error {
	names, err := asked(names)
	if err != nil {
		return err
	}
	return a.change(ctx, group, func(_ *store.Tx, g *autoscaling.Group) error {
		g.Suspended = slices.Clone(g.Suspended)
		change(g, names)
		return nil
	})
}
