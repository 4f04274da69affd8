package state

import (
	"path/filepath"
	"testing"

	"go.etcd.io/bbolt"

	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

// TestServicesOfBeforeNameTheirController opens a file of format 15, from before there were task sets. Its services are as in
// older files: one without a controller and a PRIMARY deployment, one whose older deployment is PRIMARY.
func TestServicesOfBeforeNameTheirController(t *testing.T) {
	path := filepath.Join(t.TempDir(), "state.db")
	file, err := bbolt.Open(path, 0o600, nil)
	if err != nil {
		t.Fatal(err)
	}
	rows := map[string]string{
		"arn:aws:ecs:us-east-1:000000000000:service/shop/old": `{"deployments":[{"iD":"ecs-svc/2","revision":{}},{"iD":"ecs-svc/1","revision":{}}]`,
		"arn:aws:ecs:us-east-1:000000000000:service/shop/new": `{"deploymentController":"ECS","deployments":[{"iD":"ecs-svc/2","revision":{}},{"iD":"ecs-svc/1","primary":true,"revision":{}}]`,
	}
	err = file.Update(func(tx *bbolt.Tx) error {
		for _, bucket := range []string{"meta", "service"} {
			if _, err := tx.CreateBucket([]byte(bucket)); err != nil {
				return err
			}
		}
		for id, row := range rows {
			if err := tx.Bucket([]byte("service")).Put([]byte(id), []byte(row+`,"aRN":"`+id+`"}`)); err != nil {
				return err
			}
		}
		return tx.Bucket([]byte("meta")).Put([]byte("format"), []byte("15"))
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := file.Close(); err != nil {
		t.Fatal(err)
	}
	for range 2 { // the second time, in the present format
		s, err := Open(store.Options{Path: path})
		if err != nil {
			t.Fatal(err)
		}
		for _, service := range AllServices(s.Read()) {
			want, got := "ecs-svc/2", []string{}
			if arn.Name(service.ARN) == "new" {
				want = "ecs-svc/1"
			}
			for _, d := range service.Deployments {
				if d.Primary {
					got = append(got, d.ID)
				}
			}
			if service.DeploymentController != types.DeploymentControllerTypeEcs || len(got) != 1 || got[0] != want {
				t.Errorf("%s has the controller %q, and %q are PRIMARY", service.ARN, service.DeploymentController, got)
			}
		}
		if n := len(AllServices(s.Read())); n != len(rows) {
			t.Errorf("there are %d services", n)
		}
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
	}
}
