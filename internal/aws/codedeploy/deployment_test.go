package codedeploy_test

import (
	"fmt"
	"regexp"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/codedeploy"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/ledger"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/codedeploy/types"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

var scope = arn.Scope{Region: "us-east-1", Account: "123456789012"}

// in runs a function on an empty store.
func in(t *testing.T, do func(tx *store.Tx)) {
	t.Helper()
	s, err := store.Open(store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if err := s.Update(func(tx *store.Tx) error {
		do(tx)
		return nil
	}); err != nil {
		t.Fatal(err)
	}
}

var begin = time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC)

// put writes a deployment to the group g, and what has become of it, unless that is nothing.
func put(tx *store.Tx, n int, status types.DeploymentStatus, rollbackOf string) string {
	at := begin.Add(time.Duration(n) * time.Minute)
	d := &codedeploy.Deployment{ID: fmt.Sprintf("d-%09d", n), Scope: scope, Application: "shop", Group: "web", GroupID: "g", ServiceARN: "s", CreatedAt: at, RollbackOf: rollbackOf}
	codedeploy.PutDeployment(tx, d)
	if status != "" {
		r := &codedeploy.Run{ID: d.ID, Status: status}
		if r.Ended() {
			r.FinishedAt = at.Add(30 * time.Second)
		}
		codedeploy.PutRun(tx, r)
	}
	return d.ID
}

// The active deployment is one that has not begun, or not ended, also behind a rollback that has.
func TestActive(t *testing.T) {
	in(t, func(tx *store.Tx) {
		want := func(id string) {
			t.Helper()
			got := ""
			for _, asked := range [][2]string{{"g", "s"}, {"g", "another service"}, {"another group", "s"}} {
				if d := codedeploy.Active(tx, asked[0], asked[1]); d != nil {
					got = d.ID
				}
				if got != id {
					t.Errorf("active of %s is %q, want %q", asked, got, id)
				}
			}
		}
		want("")
		want(put(tx, 1, "", ""))
		want(put(tx, 1, types.DeploymentStatusReady, ""))
		put(tx, 1, types.DeploymentStatusFailed, "")
		want("")
		second := put(tx, 2, types.DeploymentStatusInProgress, "")
		want(second)
		put(tx, 3, types.DeploymentStatusSucceeded, second)
		want(second)
		if got := codedeploy.Unfinished(tx); len(got) != 1 || got[0].ID != second {
			t.Errorf("%v", got)
		}
		put(tx, 2, types.DeploymentStatusFailed, "")
		want("")
	})
}

// Old deployments go with what became of them; those under way stay.
func TestForgetDeployments(t *testing.T) {
	in(t, func(tx *store.Tx) {
		old, running, recent := put(tx, 1, types.DeploymentStatusSucceeded, ""), put(tx, 2, types.DeploymentStatusInProgress, ""), put(tx, 3, types.DeploymentStatusStopped, "")
		codedeploy.ForgetDeployments(tx, begin.Add(3*time.Minute))
		if codedeploy.FindDeployment(tx, old) != nil || codedeploy.FindRun(tx, old) != nil || codedeploy.FindDeployment(tx, running) == nil || codedeploy.FindRun(tx, recent) == nil {
			t.Errorf("%v", codedeploy.Deployments(tx, scope))
		}
	})
}

// Lists have deployments in the order of their creation, and an application takes them along to another name.
func TestDeploymentsOfAGroup(t *testing.T) {
	in(t, func(tx *store.Tx) {
		app := &codedeploy.Application{Scope: scope, Name: "shop"}
		codedeploy.Applications.Put(tx, app)
		codedeploy.Groups.Put(tx, &codedeploy.DeploymentGroup{Scope: scope, Application: "shop", Name: "web", ID: "g", ServiceARN: "s"})
		codedeploy.Revisions.Put(tx, &codedeploy.Revision{Scope: scope, Application: "shop", Digest: "d"})
		last, first := put(tx, 2, "", ""), put(tx, 1, "", "")
		codedeploy.RenameApplication(tx, app, "store")
		got := codedeploy.DeploymentsOf(tx, "g")
		if len(got) != 2 || got[0].ID != first || got[1].ID != last || got[0].Application != "store" || codedeploy.GroupOf(tx, "s").Application != "store" {
			t.Errorf("%v", got)
		}
		if moved := codedeploy.Revisions.List(tx, codedeploy.In{Scope: scope, Application: "store"}); len(moved) != 1 || len(codedeploy.Applications.List(tx, scope)) != 1 {
			t.Errorf("%v", moved)
		}
	})
}

func TestNewDeploymentID(t *testing.T) {
	if id := codedeploy.NewDeploymentID(); !regexp.MustCompile(`^d-[A-Z0-9]{9}$`).MatchString(id) || id == codedeploy.NewDeploymentID() {
		t.Error(id)
	}
}

// TestTheEndOfADeploymentInTheLedger: what ran beyond the desired count belongs to a deployment until that has ended, and of one that
// is taken back until it has been.
func TestTheEndOfADeploymentInTheLedger(t *testing.T) {
	rows, err := store.Open(store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	began, service := time.Date(2026, 3, 4, 12, 0, 0, 0, time.UTC), "arn:aws:ecs:us-east-1:000000000000:service/shop/web"
	put := func(minutes int, r *codedeploy.Run) (total int64, status string) {
		t.Helper()
		at := began.Add(time.Duration(minutes) * time.Minute)
		if r.Ended() {
			r.FinishedAt = at
		}
		if err := rows.Update(func(tx *store.Tx) error { codedeploy.PutRun(tx, r); return nil }); err != nil {
			t.Fatal(err)
		}
		all := ledger.Deployments(rows.Read(), began.Add(time.Hour))
		return all[0].ExtraMillis / 60_000, all[0].Status
	}
	err = rows.Update(func(tx *store.Tx) error {
		codedeploy.PutDeployment(tx, &codedeploy.Deployment{ID: "d-A", ServiceARN: service, CreatedAt: began})
		codedeploy.PutDeployment(tx, &codedeploy.Deployment{ID: "d-B", ServiceARN: service, CreatedAt: began, RollbackOf: "d-A"})
		ledger.BeginDeployment(tx, &ledger.Deployment{ARN: "d-A", ServiceARN: service, Status: "InProgress", StartedAt: began}, 1)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	back := &types.RollbackInfo{RollbackTriggeringDeploymentId: aws.String("d-A")}
	for _, c := range []struct {
		at   int
		run  *codedeploy.Run
		want int64
		as   string
	}{
		{0, &codedeploy.Run{ID: "d-A", Status: types.DeploymentStatusInProgress}, 60, "InProgress"},
		{10, &codedeploy.Run{ID: "d-A", Status: types.DeploymentStatusFailed, Rollback: &types.RollbackInfo{RollbackDeploymentId: aws.String("d-B")}}, 60, "InProgress"},
		{10, &codedeploy.Run{ID: "d-B", Status: types.DeploymentStatusInProgress, Rollback: back}, 60, "InProgress"},
		{15, &codedeploy.Run{ID: "d-B", Status: types.DeploymentStatusSucceeded, Rollback: back}, 15, "Failed"},
		{20, &codedeploy.Run{ID: "d-B", Status: types.DeploymentStatusSucceeded, Rollback: back}, 15, "Failed"},
	} {
		if minutes, status := put(c.at, c.run); minutes != c.want || status != c.as {
			t.Errorf("after %d minutes %s of %s: %d minutes, %s; want %d, %s", c.at, c.run.Status, c.run.ID, minutes, status, c.want, c.as)
		}
	}
}
