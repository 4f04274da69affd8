package cloudwatch

import (
	"time"

	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/cloudwatch/types"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

var dashboards = store.NewTable("cloudwatch-dashboard", func(d *Dashboard) string { return d.ARN })

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

// FindDashboard returns a dashboard by its ARN, or nil.
func FindDashboard(tx *store.Tx, dashboardARN string) *Dashboard {
	return dashboards.Get(tx, dashboardARN)
}

// Dashboards returns the dashboards of an account whose names begin with a text, in order of their names.
func Dashboards(tx *store.Tx, s arn.Scope, namePrefix string) []*Dashboard {
	return dashboards.List(tx, DashboardARN(s, namePrefix))
}

func PutDashboard(tx *store.Tx, d *Dashboard) { dashboards.Put(tx, d) }

func DeleteDashboard(tx *store.Tx, d *Dashboard) { dashboards.Delete(tx, d) }
