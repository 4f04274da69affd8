package scheduler

import (
	"github.com/ecs-emulator/ecs-emulator/internal/outage"
	"github.com/ecs-emulator/ecs-emulator/internal/quota"
)

// limits are what keeps tasks from Fargate: outages, and what quotas allow. The zero value is nothing.
type limits struct {
	outages   *outage.View
	allowance *quota.Allowance
}
