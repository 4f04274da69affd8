package ecs_test

import (
	"context"
	"flag"
	"fmt"
	"log/slog"
	"maps"
	"net/http/httptest"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"

	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi"
	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi/apitest"
	"github.com/ecs-emulator/ecs-emulator/handlers/ecs"
	"github.com/ecs-emulator/ecs-emulator/handlers/ecs/kit"
	"github.com/ecs-emulator/ecs-emulator/internal/base/policy"
	ourtypes "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/capacityprovider"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/serviceconnect/endpoint"
)

// TestEachOperationHasARow: built or not.
func TestEachOperationHasARow(t *testing.T) {
	s := ecs.New(ecs.Options{}).Service()
	apitest.Access(t, s)
	for _, o := range s.Operations {
		if o.Input == nil || !s.AccessShape(o).Row {
			t.Errorf("%s has no row", o.Name)
		}
	}
}

// asker answers what requests ask: it denies everything, so that no request has an effect.
type asker struct {
	*server
	service awsapi.Service
	asked   []awsapi.Access
}

func newAsker(t *testing.T, s *server) *asker {
	t.Helper()
	a := &asker{service: ecs.New(ecs.Options{Base: kit.Base{Store: s.store, Now: time.Now}}).Service()}
	h := httptest.NewServer(a.service.Handler(awsapi.Options{
		Logger: slog.New(slog.DiscardHandler), Region: testRegion, Account: testAccount,
		Authorize: func(_ context.Context, _ *awsapi.Call, wants []awsapi.Access) error {
			a.asked = append(a.asked, wants...)
			return &awsapi.Denied{Principal: "p", Action: "a", Resource: "r"}
		},
	}))
	t.Cleanup(h.Close)
	a.server = &server{url: h.URL}
	return a
}

// asks is what a request asks, one line each.
func (a *asker) asks(t *testing.T, operation, body string) (lines []string) {
	t.Helper()
	a.asked = nil
	status, answer := a.send(t, operation, body)
	if status != 400 || !strings.Contains(answer, `"AccessDeniedException"`) {
		t.Errorf("%s %s, which is denied, answers %d %s", operation, body, status, answer)
	}
	at := slices.IndexFunc(a.service.Operations, func(o awsapi.Operation) bool { return o.Name == operation })
	apitest.AccessKeys(t, a.service.AccessShape(a.service.Operations[at]), a.asked)
	for _, w := range a.asked {
		lines = append(lines, "  "+strings.ReplaceAll(asLine(w), testScope.Prefix(), ""))
	}
	return lines
}

func asLine(w awsapi.Access) string {
	text := w.Action + " " + w.Resource
	if w.Named != "" {
		text += " (refused as " + w.Named + ")"
	}
	for _, name := range slices.Sorted(maps.Keys(w.Keys)) {
		if v := w.Keys[name]; v.Many {
			text += fmt.Sprint(" ", name, "=", v.Texts)
		} else {
			text += " " + name + "=" + strings.Join(v.Texts, "|")
		}
	}
	return text
}

var updateAccess = flag.Bool("update-access", false, "write what requests ask to testdata/access.txt, to be read before it is kept")

// TestWhatRequestsAsk holds testdata/access.txt, which has requests of each operation. As all are denied, none changes
// anything.
func TestWhatRequestsAsk(t *testing.T) {
	const file = "testdata/access.txt"
	s := newServer(t)
	s.whatIsAskedAbout(t)
	s.store.OnChange(func() { t.Error("a request that is denied has changed something") })
	a := newAsker(t, s)
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	namespace := endpoint.FindNamespace(s.store.Read(), testScope, "corp").ARN
	var is strings.Builder
	seen := map[string]bool{}
	for line := range strings.Lines(string(text)) {
		if strings.HasPrefix(line, "  ") {
			continue
		}
		is.WriteString(line)
		if line == "\n" || strings.HasPrefix(line, "#") {
			continue
		}
		operation, body, _ := strings.Cut(strings.TrimSpace(line), " ")
		seen[operation] = true
		for _, want := range a.asks(t, operation, body) {
			is.WriteString(strings.ReplaceAll(want, namespace, "NAMESPACE") + "\n")
		}
	}
	for _, o := range a.service.Operations {
		if !seen[o.Name] {
			t.Errorf("%s has no request of %s", file, o.Name)
		}
	}
	if *updateAccess {
		if err := os.WriteFile(file, []byte(is.String()), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, got := strings.Split(string(text), "\n"), strings.Split(is.String(), "\n")
	for i := range max(len(want), len(got)) {
		if i >= len(want) || i >= len(got) || want[i] != got[i] {
			t.Fatalf("line %d of %s:\nrequests ask\n%s\nwant\n%s", i+1, file, strings.Join(got[i:min(i+3, len(got))], "\n"), strings.Join(want[i:min(i+3, len(want))], "\n"))
		}
	}
}

// whatIsAskedAbout makes two revisions of web, one of tagged, which has tags, and the cluster shop.
func (s *server) whatIsAskedAbout(t *testing.T) {
	t.Helper()
	s.fargate(t, "web")
	s.fargate(t, "web", func(in *sdk.RegisterTaskDefinitionInput) {
		in.Cpu, in.Memory = aws.String("1 vCPU"), aws.String("2 GB")
	})
	s.fargate(t, "tagged", func(in *sdk.RegisterTaskDefinitionInput) { in.Tags = tag("Team", "blue") })
	must[*sdk.CreateClusterOutput](t)(s.CreateCluster(ctx, &sdk.CreateClusterInput{
		ClusterName: aws.String("shop"), CapacityProviders: []string{"FARGATE", "FARGATE_SPOT"},
		DefaultCapacityProviderStrategy: []types.CapacityProviderStrategyItem{{CapacityProvider: aws.String("FARGATE_SPOT"), Weight: 1}},
		ServiceConnectDefaults:          &types.ClusterServiceConnectDefaultsRequest{Namespace: aws.String("corp")},
	}))
}

// TestADescriptionOfManyTasksHasOneSetOfKeys, as each set takes memory.
func TestADescriptionOfManyTasksHasOneSetOfKeys(t *testing.T) {
	a := newAsker(t, newServer(t))
	body := `{"cluster":"shop","tasks":["` + strings.Repeat(`t","`, 99) + `t"]}`
	if n := len(a.asks(t, "DescribeTasks", body)); n != 100 {
		t.Fatalf("asked for %d tasks", n)
	}
	a.asked[0].Keys["ecs:cluster"] = policy.Is("changed")
	if got := a.asked[99].Keys["ecs:cluster"].Texts[0]; got != "changed" {
		t.Errorf("the last task has keys of its own: %s", got)
	}
}

// TestTagsOfResources are found by the ARN that is asked for, in any status.
func TestTagsOfResources(t *testing.T) {
	s := newServer(t)
	s.whatIsAskedAbout(t)
	instance := s.registerInstance(t, nil)
	in := runInput("web")
	in.Tags = tag("of", "task")
	task := s.run(t, in)[0]
	service := serviceInput("web", "web")
	service.Tags = tag("of", "service")
	s.create(t, service)
	s.update(t, func(tx *store.Tx) {
		capacityprovider.Providers.Put(tx, &capacityprovider.Provider{
			ARN: testScope.CapacityProvider("spare"), Name: "spare", Status: ourtypes.CapacityProviderStatusActive,
		})
	})
	for arn, of := range map[string]string{
		testScope.Cluster("shop"): "cluster", *instance.ContainerInstanceArn: "instance", testScope.CapacityProvider("spare"): "provider",
	} {
		must[*sdk.TagResourceOutput](t)(s.TagResource(ctx, &sdk.TagResourceInput{ResourceArn: &arn, Tags: tag("of", of)}))
	}
	must[*sdk.StopTaskOutput](t)(s.StopTask(ctx, &sdk.StopTaskInput{Task: task.TaskArn}))
	tagsOf := ecs.New(ecs.Options{Base: kit.Base{Store: s.store, Now: time.Now}}).Service().Tags
	for arn, want := range map[string]string{
		*task.TaskArn: "task", testScope.Service("default", "web"): "service", testScope.Cluster("shop"): "cluster",
		*instance.ContainerInstanceArn: "instance", testScope.CapacityProvider("spare"): "provider",
		testScope.TaskDefinition("tagged", 1): "blue", testScope.TaskDefinition("web", 1): "", testScope.TaskDefinition("tagged", 2): "",
		testScope.TaskDefinition("tagged", 1) + "0": "", testScope.Task("default", "*"): "", testScope.Prefix() + "task-set/default/web/s1": "",
		"arn:aws:iam::123456789012:role/app": "", "*": "", strings.Replace(testScope.Cluster("shop"), testAccount, "444455556666", 1): "",
	} {
		got := ""
		for _, each := range tagsOf(arn) {
			got += each.Value
		}
		if got != want {
			t.Errorf("%s has the tags %q, want %q", arn, got, want)
		}
	}
}
