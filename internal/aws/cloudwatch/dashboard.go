package cloudwatch

import (
	"time"

	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/cloudwatch/types"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

// Dashboards are the dashboards of accounts, by their names.
var Dashboards = store.NewScoped("cloudwatch-dashboard", DashboardARN, func(d *Dashboard) string { return d.ARN })

// Dashboard is a description of widgets, which nothing draws. It belongs to an account and to no region (CW0012).
type Dashboard struct {
	ARN, Name  string
	Body       string // JSON
	Tags       []types.Tag
	ModifiedAt time.Time // in whole seconds
}

// DashboardARN is the ARN of an account's dashboard with a name, or the beginning of those whose names begin so.
func DashboardARN(s arn.Scope, name string) string {
	return "arn:" + s.Partition() + ":cloudwatch::" + s.Account + ":dashboard/" + name
}
