package ecs_test

import (
	"log/slog"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi"
	"github.com/ecs-emulator/ecs-emulator/handlers/ecs"
	"github.com/ecs-emulator/ecs-emulator/handlers/ecs/kit"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	ourtypes "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state/taskdefinition"
)

func fargateDefinition(family string) *sdk.RegisterTaskDefinitionInput {
	return &sdk.RegisterTaskDefinitionInput{
		Family: &family, NetworkMode: types.NetworkModeAwsvpc, Cpu: aws.String("256"), Memory: aws.String("512"),
		RequiresCompatibilities: []types.Compatibility{types.CompatibilityFargate},
		ContainerDefinitions:    []types.ContainerDefinition{{Name: aws.String("app"), Image: aws.String("nginx")}},
	}
}

// register makes the next revision of a family that fits Fargate.
func (s *server) register(t testing.TB, family string) *types.TaskDefinition {
	t.Helper()
	return must[*sdk.RegisterTaskDefinitionOutput](t)(s.RegisterTaskDefinition(ctx, fargateDefinition(family))).TaskDefinition
}

func (s *server) deregister(t testing.TB, ref string) *types.TaskDefinition {
	t.Helper()
	return must[*sdk.DeregisterTaskDefinitionOutput](t)(s.DeregisterTaskDefinition(ctx, &sdk.DeregisterTaskDefinitionInput{TaskDefinition: &ref})).TaskDefinition
}

func (s *server) delete(t testing.TB, refs ...string) *sdk.DeleteTaskDefinitionsOutput {
	t.Helper()
	return must[*sdk.DeleteTaskDefinitionsOutput](t)(s.DeleteTaskDefinitions(ctx, &sdk.DeleteTaskDefinitionsInput{TaskDefinitions: refs}))
}

func (s *server) revision(t testing.TB, ref string) int32 {
	t.Helper()
	return must[*sdk.DescribeTaskDefinitionOutput](t)(s.DescribeTaskDefinition(ctx, &sdk.DescribeTaskDefinitionInput{TaskDefinition: &ref})).TaskDefinition.Revision
}

// TestARevisionKeepsNothingOfItsRequest weighs rows. The strings of a request share
// memory, so a row that kept some as they came would keep half a kilobyte for each.
func TestARevisionKeepsNothingOfItsRequest(t *testing.T) {
	rows, err := state.Open(store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	api := ecs.New(ecs.Options{Base: kit.Base{Store: rows, Now: time.Now}})
	h := api.Service().Handler(awsapi.Options{Logger: slog.New(slog.DiscardHandler)})
	command := strings.Repeat(`"of forty characters, with the next one, ",`, 20) + `""`
	body := `{"family":"web","containerDefinitions":[{"name":"app","image":"nginx","memory":64,"command":[` + command + `]}],` +
		`"tags":[{"key":"team","value":"shop"},{"key":"stage","value":"prod"}]}`
	register := func() {
		r := httptest.NewRequest(http.MethodPost, "/", strings.NewReader(body))
		r.Header.Set("X-Amz-Target", ecs.TargetPrefix+".RegisterTaskDefinition")
		w := httptest.NewRecorder()
		if h.ServeHTTP(w, r); w.Code != http.StatusOK {
			t.Fatalf("answer %s", w.Body)
		}
	}
	heap := func() uint64 {
		runtime.GC()
		runtime.GC() // what the first left in pools
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		return m.HeapAlloc
	}
	register()
	before := heap()
	const n = 1000
	for range n {
		register()
	}
	kept := (heap() - before) / n
	json := uint64(len(taskdefinition.Find(rows.Read(), arn.Scope{Region: "us-east-1", Account: "000000000000"}, "web", n).Body))
	if kept > json+1200 {
		t.Errorf("a revision keeps %d bytes, %d of them its JSON", kept, json)
	}
}

func TestLifeOfATaskDefinition(t *testing.T) {
	s := newServer(t)
	in := fargateDefinition("web")
	in.Tags = []types.Tag{}
	_, err := s.RegisterTaskDefinition(ctx, in)
	refused(t, err, "ClientException", "Tags can not be empty.") // ECS0308
	in.Tags = tag("a", "b")
	in.TaskRoleArn = aws.String("worker")
	out := must[*sdk.RegisterTaskDefinitionOutput](t)(s.RegisterTaskDefinition(ctx, in))
	def := out.TaskDefinition
	if *def.TaskDefinitionArn != testScope.TaskDefinition("web", 1) || def.Status != types.TaskDefinitionStatusActive ||
		*def.RegisteredBy != testScope.Root() || time.Since(*def.RegisteredAt) > time.Minute || len(out.Tags) != 1 ||
		*def.TaskRoleArn != "arn:aws:iam::123456789012:role/worker" {
		t.Errorf("got %+v", def)
	}
	s.register(t, "web")
	s.register(t, "web")
	for ref, want := range map[string]int32{"web": 3, "web:1": 1, testScope.TaskDefinition("web", 2): 2} {
		if got := s.revision(t, ref); got != want {
			t.Errorf("%s is revision %d, want %d", ref, got, want)
		}
	}

	if gone := s.deregister(t, "web:3"); gone.Status != types.TaskDefinitionStatusInactive || gone.DeregisteredAt != nil {
		t.Errorf("got %+v", gone)
	}
	if got := s.revision(t, "web"); got != 2 {
		t.Errorf("the highest ACTIVE revision is %d, want 2", got)
	}
	before := s.deregister(t, "web:3").DeregisteredAt
	if again := s.deregister(t, "web:3"); !again.DeregisteredAt.Equal(*before) {
		t.Error("deregistering again changes nothing")
	}

	deleted := s.delete(t, "web:3")
	if len(deleted.TaskDefinitions) != 1 || deleted.TaskDefinitions[0].Status != types.TaskDefinitionStatusDeleteInProgress ||
		deleted.TaskDefinitions[0].DeleteRequestedAt != nil {
		t.Fatalf("got %+v", deleted)
	}
	if next := s.register(t, "web"); next.Revision != 4 {
		t.Errorf("numbers are never used again: got %d", next.Revision)
	}
}

func TestDeletedRevisionsGoWhenNothingRefersToThem(t *testing.T) {
	s := newServer(t)
	s.createClusters(t, "shop")
	for range 2 {
		s.deregister(t, *s.register(t, "web").TaskDefinitionArn)
	}
	s.delete(t, "web:1", "web:2")
	service, deleted := newService("shop", "web"), newService("shop", "web")
	deleted.InactiveAt = time.Now()
	var task *state.Task
	s.update(t, func(tx *store.Tx) {
		task = addTask(tx, "shop", "1", state.Running, ourtypes.LaunchTypeFargate)
		state.PutService(tx, service)
	})
	since := time.Now().Add(-time.Hour)
	sweep := func(want int) {
		t.Helper()
		s.update(t, func(tx *store.Tx) {
			if got := taskdefinition.Sweep(tx, since, state.ReferredTaskDefinitions); got != want {
				t.Errorf("%d revisions went, want %d", got, want)
			}
		})
	}
	sweep(0) // it is too early
	since = time.Now()
	sweep(1) // web:2; web:1 runs and has a service
	s.update(t, func(tx *store.Tx) { state.PutService(tx, deleted) })
	sweep(0)
	if got := s.revision(t, "web:1"); got != 1 {
		t.Errorf("got %d", got)
	}
	s.agentStops(t, task.ARN)
	sweep(1)
	_, err := s.DescribeTaskDefinition(ctx, &sdk.DescribeTaskDefinitionInput{TaskDefinition: aws.String("web:1")})
	refused(t, err, "ClientException", "Unable to describe task definition.")
	families := must[*sdk.ListTaskDefinitionFamiliesOutput](t)(s.ListTaskDefinitionFamilies(ctx, &sdk.ListTaskDefinitionFamiliesInput{}))
	if len(families.Families) != 0 {
		t.Errorf("got %v", families.Families)
	}
	if next := s.register(t, "web"); next.Revision != 3 {
		t.Errorf("the counter outlives the revisions: got %d", next.Revision)
	}
}

func TestTaskDefinitionRefusals(t *testing.T) {
	s := newServer(t)
	s.deregister(t, *s.register(t, "old").TaskDefinitionArn)
	s.register(t, "web")
	elsewhere := strings.Replace(testScope.TaskDefinition("web", 1), testAccount, "999999999999", 1)
	for _, c := range []struct{ ref, code, message string }{
		{"nope", "ClientException", "Unable to describe task definition."},
		{"web:7", "ClientException", "Unable to describe task definition."},
		{"old", "ClientException", "Unable to describe task definition."},
		{elsewhere, "ClientException", "Unable to describe task definition."},
		{strings.Replace(testScope.TaskDefinition("web", 1), "arn:aws:", "arn:aws-cn:", 1), "ClientException", "Unable to describe task definition."},
		{"web:x", "InvalidParameterException", "Invalid task definition: Invalid revision number."},
		{strings.Replace(testScope.TaskDefinition("web", 1), testRegion, "us-east-1", 1), "InvalidParameterException", "Invalid Region in ARN"},
	} {
		_, err := s.DescribeTaskDefinition(ctx, &sdk.DescribeTaskDefinitionInput{TaskDefinition: &c.ref})
		refused(t, err, c.code, c.message)
	}
	_, err := s.DeregisterTaskDefinition(ctx, &sdk.DeregisterTaskDefinitionInput{TaskDefinition: aws.String("web")})
	refused(t, err, "InvalidParameterException", "Revision is missing")
	_, err = s.DeleteTaskDefinitions(ctx, &sdk.DeleteTaskDefinitionsInput{TaskDefinitions: []string{}})
	refused(t, err, "InvalidParameterException", "size of TaskDefinition references list must be greater than 0")
	_, err = s.DeleteTaskDefinitions(ctx, &sdk.DeleteTaskDefinitionsInput{TaskDefinitions: make([]string, 11)})
	refused(t, err, "InvalidParameterException", "Size of TaskDefinition references list cannot exceed 10")
	picky := fargateDefinition("picky")
	picky.RequiresCompatibilities = nil
	picky.PlacementConstraints = []types.TaskDefinitionPlacementConstraint{{Type: "memberOf", Expression: aws.String("attribute:x ?")}}
	_, err = s.RegisterTaskDefinition(ctx, picky)
	refused(t, err, "InvalidParameterException", "Invalid expression: expected an operator at character 13.")

	out := s.delete(t, "web", "web:9", "web:1", "old:1")
	if len(out.TaskDefinitions) != 1 || len(out.Failures) != 3 {
		t.Fatalf("got %+v", out)
	}
	for i, want := range []types.Failure{
		{Arn: aws.String("web"), Reason: aws.String("The specified task definition identifier is invalid. Specify a valid name or ARN and try again.")},
		{Arn: aws.String("web:9"), Reason: aws.String("The specified task definition does not exist. Specify a valid account, family, revision and try again.")},
		{Arn: aws.String("web:1"), Reason: aws.String("The specified task definition is still in ACTIVE status. Please deregister the target and try again.")},
	} {
		if got := out.Failures[i]; *got.Arn != *want.Arn || *got.Reason != *want.Reason {
			t.Errorf("got %s: %s", *got.Arn, *got.Reason)
		}
	}
}

func TestConcurrentRegistrationsGetNumbersOfTheirOwn(t *testing.T) {
	s := newServer(t)
	const n = 32
	revisions := make(chan int32, n)
	var wg sync.WaitGroup
	for range n {
		wg.Go(func() {
			out, err := s.RegisterTaskDefinition(ctx, fargateDefinition("web"))
			if err != nil {
				t.Error(err)
				return
			}
			revisions <- out.TaskDefinition.Revision
		})
	}
	wg.Wait()
	close(revisions)
	seen := map[int32]bool{}
	for r := range revisions {
		seen[r] = true
	}
	if len(seen) != n || !seen[1] || !seen[n] {
		t.Errorf("%d numbers: %v", len(seen), seen)
	}
}
