package bill_test

import (
	"slices"
	"testing"
	"time"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/ledger"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/costs/bill"
)

func TestDeployments(t *testing.T) {
	in := input(task(time.Hour, 2*time.Hour, ofService("d1")), task(time.Hour, 0, ofService("d2")), task(time.Hour, 0, ofService("old")))
	in.Deployments = []*ledger.Deployment{
		{ARN: "d0", ServiceARN: web, TaskDefinition: "web:0", Status: "SUCCESSFUL", StartedAt: now.Add(-200 * time.Hour), FinishedAt: now.Add(-199 * time.Hour)},
		{ARN: "d1", ServiceARN: web, TaskDefinition: "web:1", Status: "SUCCESSFUL", StartedAt: now.Add(-3 * time.Hour), FinishedAt: now.Add(-2 * time.Hour)},
		{ARN: "d2", ServiceARN: web, TaskDefinition: "web:2", Status: "IN_PROGRESS", StartedAt: now.Add(-time.Hour), ExtraMillis: 1_800_000},
		{ARN: "d3", ServiceARN: scope.Service("shop", "api"), StartedAt: now},
	}
	report := bill.Report(in)
	var got []string
	for _, d := range report.Services[0].Deployments {
		got = append(got, d.ServiceDeploymentARN+" "+d.TaskDefinition+" "+d.Status)
	}
	if want := []string{"d2 web:2 IN_PROGRESS", "d1 web:1 SUCCESSFUL", "old web:1 "}; !slices.Equal(got, want) {
		t.Errorf("deployments %q, want %q", got, want)
	}
	if d := report.Services[0].Deployments[0]; d.ExtraTaskSeconds != 1800 || usd(d.ExtraCost) != 0.00617125 || d.TaskSeconds != 3600 {
		t.Errorf("extra %v of %v costs %v", d.ExtraTaskSeconds, d.TaskSeconds, usd(d.ExtraCost))
	}
}

// A deployment to no tasks at all, which ends the old ones: what these ran costs what the service's tasks do.
func TestADeploymentThatMakesNoTasks(t *testing.T) {
	in := input(task(time.Hour, 0, ofService("d1")))
	in.Deployments = []*ledger.Deployment{{ARN: "d2", ServiceARN: web, TaskDefinition: "web:2", StartedAt: now.Add(-time.Minute), ExtraMillis: 60_000}}
	if d := bill.Report(in).Services[0].Deployments[0]; d.ServiceDeploymentARN != "d2" || d.ExtraTaskSeconds != 60 || usd(d.ExtraCost) != 0.000205708 {
		t.Errorf("%+v costs %v", d, usd(d.ExtraCost))
	}
}
