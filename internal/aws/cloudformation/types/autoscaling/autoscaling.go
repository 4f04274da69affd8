// Package autoscaling has the types of resources of EC2 Auto Scaling: groups, their lifecycle hooks, and launch configurations.
package autoscaling

import (
	"errors"
	"strings"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudformation/handler"
	"github.com/ecs-emulator/ecs-emulator/internal/base/apiclient"
)

// Types are all of this package.
func Types() []*handler.Type { return []*handler.Type{group(), launchConfiguration(), lifecycleHook()} }

func operation(name string) apiclient.Operation { return apiclient.Of("autoscaling", name) }

// unlessGone takes a refusal that says that something is not there for an answer: Auto Scaling has no code of its own for that.
func unlessGone(err error) error {
	refusal, is := errors.AsType[*apiclient.Error](err)
	if is && refusal.Code == "ValidationError" && (strings.Contains(refusal.Message, "not found") || strings.Contains(refusal.Message, "No Lifecycle Hook found")) {
		return nil
	}
	return err
}
