package autoscaling

import (
	"context"
	"fmt"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/autoscaling"
	sdk "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/autoscaling"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

// SetDesiredCapacity changes how many instances there shall be.
func (a *API) SetDesiredCapacity(ctx context.Context, in *sdk.SetDesiredCapacityInput) (*sdk.SetDesiredCapacityOutput, error) {
	return &sdk.SetDesiredCapacityOutput{}, a.change(ctx, in.AutoScalingGroupName, func(_ *store.Tx, g *autoscaling.Group) error {
		switch n := *in.DesiredCapacity; {
		case n > g.Max:
			return invalid("New SetDesiredCapacity value %d is above max value %d for the AutoScalingGroup.", n, g.Max)
		case n < g.Min:
			return invalid("New SetDesiredCapacity value %d is below min value %d for the AutoScalingGroup.", n, g.Min)
		case n > maxDesired:
			return checkDesired(n)
		case n != g.Desired:
			g.Desire(n, "a user request explicitly set group desired capacity", a.now())
		}
		return nil
	})
}

// maxDesired bounds the instances of a group, as RunInstances bounds those of a request.
// AWS bounds what an account has; the number is the emulator's own.
const maxDesired = 1000

// checkDesired refuses what no machine keeps the rows of.
func checkDesired(n int32) error {
	if n > maxDesired {
		return notBuilt(fmt.Sprintf("groups of more than %d instances", maxDesired))
	}
	return nil
}

// resize takes the bounds of a group. Where only they change, what is desired follows.
// Source: recorded answers; EC2 Auto Scaling API reference, UpdateAutoScalingGroup; field
// reports for the text about what is desired.
func resize(g *autoscaling.Group, in *sdk.UpdateAutoScalingGroupInput) error {
	set(&g.Min, in.MinSize)
	set(&g.Max, in.MaxSize)
	switch {
	case g.Min < 0 || g.Max < 0:
		return invalid("Min and max bounds must not be negative.") // the text is the emulator's
	case g.Max < g.Min:
		return invalid("Max bound, %d, must be greater than or equal to min bound, %d", g.Max, g.Min)
	case in.DesiredCapacity == nil:
		g.Desired = min(max(g.Desired, g.Min), g.Max)
		return checkDesired(g.Desired)
	case *in.DesiredCapacity < g.Min || *in.DesiredCapacity > g.Max:
		return invalid("Desired capacity:%d must be between the specified min size:%d and max size:%d", *in.DesiredCapacity, g.Min, g.Max)
	}
	g.Desired = *in.DesiredCapacity
	return checkDesired(g.Desired)
}
