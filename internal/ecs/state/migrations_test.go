package state

import (
	"compress/gzip"
	"io"
	"os"
	"path/filepath"
	"reflect"
	"testing"

	_ "github.com/ecs-emulator/ecs-emulator/handlers/awsapi/clienttoken" // old files have its table
	"github.com/ecs-emulator/ecs-emulator/internal/aws/ec2/ec2network"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state/taskdefinition"
	"github.com/google/go-cmp/cmp"
)

// TestFormat0 opens a file of the first version, which an emulator wrote that ran a
// task, a job that has exited with 3, and a service of two tasks on FARGATE_SPOT.
func TestFormat0(t *testing.T) {
	path := unpacked(t, "testdata/format0.db.gz")
	for range 2 { // the second time, in the present format
		s := openAt(t, path)
		got := map[string][]Placement{}
		tx := s.Read()
		for _, task := range AllTasks(tx) {
			place := *task.Placement
			if len(place.AttachmentID) != 36 || len(task.Status.Containers) != 1 || len(task.Status.Containers[0].ID) != 36 {
				t.Errorf("attachment %q, containers %+v", place.AttachmentID, task.Status.Containers)
			}
			c := task.Status.Containers[0]
			if c.RuntimeID != arn.RuntimeID(arn.Name(task.ARN), c.Name) || c.EngineID == "" || c.EngineID == c.RuntimeID {
				t.Errorf("runtimeId %s, on the engine %s", c.RuntimeID, c.EngineID)
			}
			if code := task.Status.Containers[0].ExitCode; task.Ended() && *code != 3 {
				t.Errorf("the job exited with %d", *code)
			}
			place.AttachmentID = ""
			got[task.Spec.Group+" "+task.Status.LastStatus] = append(got[task.Spec.Group+" "+task.Status.LastStatus], place)
			if ec2network.FindSubnet(tx, task.Scope(), place.SubnetID) == nil || taskdefinition.Find(tx, task.Scope(), task.Spec.Family, task.Spec.Revision) == nil {
				t.Errorf("task %s refers to what is not there", task.ARN)
			}
		}
		spot := Placement{CapacityProvider: "FARGATE_SPOT", SubnetID: "subnet-0123abcd", Zone: "us-east-1a"}
		plain := Placement{SubnetID: "subnet-0123abcd", Zone: "us-east-1a"}
		want := map[string][]Placement{
			"family:web RUNNING": {plain}, "family:job STOPPED": {plain}, "service:api RUNNING": {spot, spot},
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("placements (-want +got):\n%s", diff)
		}
		service := AllServices(tx)[0]
		if got := DeploymentTasks(tx, service.ARN, service.Primary().ID); len(got) != 2 {
			t.Errorf("the service has %d tasks", len(got))
		}
		checkServiceDeployment(t, tx, service)
		if got := CPUOnFargate(tx, arn.ScopeOf(service.ARN)); got != (FargateCPU{256, 512}) {
			t.Errorf("tasks have %+v of Fargate", got)
		}
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
	}
}

// checkServiceDeployment expects the rows that a deployment gets today.
func checkServiceDeployment(t *testing.T, tx *store.Tx, s *Service) {
	t.Helper()
	d := s.Primary()
	revision, record := FindServiceRevision(tx, d.Revision.ARN), FindServiceDeployment(tx, d.ServiceDeploymentARN)
	if revision == nil || record == nil {
		t.Fatalf("revision %q, service deployment %q", d.Revision.ARN, d.ServiceDeploymentARN)
	}
	if !reflect.DeepEqual(d.Revision, revision) || revision.ServiceARN != s.ARN || !revision.CreatedAt.Equal(d.CreatedAt) {
		t.Errorf("the revision %+v differs from the deployment's: %+v", revision, d.Revision)
	}
	want := DeployedRevision{ARN: revision.ARN, DeploymentID: d.ID, Requested: d.DesiredCount}
	if record.Target != want || record.Status != "IN_PROGRESS" || record.StartedAt.IsZero() || record.Ended() {
		t.Errorf("service deployment %+v of %s", record, d.RolloutState)
	}
}

// unpacked is the path of a state file that was packed.
func unpacked(t *testing.T, name string) string {
	t.Helper()
	packed, err := os.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	defer packed.Close()
	file, err := gzip.NewReader(packed)
	if err != nil {
		t.Fatal(err)
	}
	content, err := io.ReadAll(file)
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "state.db")
	if err := os.WriteFile(path, content, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}
