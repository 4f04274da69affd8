package main

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"slices"

	"github.com/ecs-emulator/ecs-emulator/cmd/internal/terminal"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/applicationautoscaling"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
)

var scalingCommand = subcommand{
	name:      "scaling",
	summary:   "show how services are scaled, and what holds them",
	examples:  []example{{"ecs-emulator scaling web", "of one service"}},
	arguments: []argument{{name: "service", about: "name, cluster/name or ARN of a service (default: all that are scaled)", optional: true}},
	declare:   asking(showScaling),
}

func showScaling(ctx context.Context, endpoint string, args []string, stdout io.Writer) error {
	service := args[0]
	var all applicationautoscaling.Report
	if err := askJSON(ctx, http.MethodGet, endpoint, "scaling", nil, &all); err != nil {
		return err
	}
	shown := slices.DeleteFunc(all.Targets, func(t applicationautoscaling.TargetReport) bool {
		return service != "" && !slices.Contains([]string{t.Service, arn.Name(t.Service), serviceName(t)}, service)
	})
	switch {
	case len(shown) == 0 && service != "":
		return fmt.Errorf("no service %s has a scalable target: RegisterScalableTarget makes one", service)
	case len(shown) == 0:
		fmt.Fprintln(stdout, "no service has a scalable target")
	}
	screen, _ := terminal.Of(stdout)
	for n := range shown {
		if n > 0 {
			fmt.Fprintln(stdout)
		}
		if _, err := io.WriteString(stdout, scalingOf(&shown[n], screen.Width)); err != nil {
			return err
		}
	}
	return nil
}
