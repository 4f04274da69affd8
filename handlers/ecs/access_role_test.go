package ecs_test

import (
	"context"
	"log/slog"
	"net/http/httptest"
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
	"github.com/ecs-emulator/ecs-emulator/internal/aws/iam"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/quota"
)

// guard lets calls through but for one action, and keeps what is asked of IAM.
type guard struct {
	*server
	denied string // the action, and perhaps its resource
	iam    []string
	rates  quota.Rates
}

func newGuard(t *testing.T, s *server) *guard {
	t.Helper()
	g := &guard{}
	api := ecs.New(ecs.Options{Base: kit.Base{Store: s.store, Now: time.Now, Rates: &g.rates}})
	h := httptest.NewServer(api.Service().Handler(awsapi.Options{
		Logger: slog.New(slog.DiscardHandler), Region: testRegion, Account: testAccount,
		Authorize: apitest.Each(func(_ context.Context, _ awsapi.Call, w awsapi.Access) error {
			if strings.HasPrefix(w.Action, "iam:") {
				g.iam = append(g.iam, asLine(w))
			}
			if g.denied == w.Action || g.denied == w.Action+" "+w.Resource {
				return &awsapi.Denied{Principal: "p", Action: w.Action, Resource: w.Resource, Because: "because the test says so"}
			}
			return nil
		}),
	}))
	t.Cleanup(h.Close)
	g.server = &server{Client: clientOf(h.URL, testRegion, testAccount), url: h.URL, store: s.store}
	return g
}

// asksIAM is what a request asks of IAM.
func (g *guard) asksIAM(t *testing.T, operation, body string) []string {
	t.Helper()
	g.iam = nil
	g.send(t, operation, body)
	return g.iam
}

// TestRolesThatAreHandedOver: each operation asks for the roles that its request, or the definition of its tasks, hands to
// tasks or to ECS (AC72, AC73).
func TestRolesThatAreHandedOver(t *testing.T) {
	s := newServer(t)
	s.fargate(t, "plain")
	s.fargate(t, "roles", func(in *sdk.RegisterTaskDefinitionInput) {
		in.TaskRoleArn, in.ExecutionRoleArn = aws.String("arn:aws:iam::123456789012:role/app"), aws.String("arn:aws:iam::123456789012:role/run")
	})
	s.fargate(t, "volume", func(in *sdk.RegisterTaskDefinitionInput) {
		in.Volumes = []types.Volume{{Name: aws.String("data"), ConfiguredAtLaunch: aws.Bool(true)}}
		in.ContainerDefinitions[0].MountPoints = []types.MountPoint{{SourceVolume: aws.String("data"), ContainerPath: aws.String("/data")}}
	})
	g := newGuard(t, s)
	const (
		tasks, toECS = " iam:passedtoservice=ecs-tasks.amazonaws.com", " iam:passedtoservice=ecs.amazonaws.com"
		role         = "iam:PassRole arn:aws:iam::123456789012:role/"
		network      = `,"launchType":"FARGATE","networkConfiguration":{"awsvpcConfiguration":{"subnets":["subnet-1"]}}`
		ebs          = `,"volumeConfigurations":[{"name":"data","managedEBSVolume":{"sizeInGiB":1,"roleArn":"arn:aws:iam::123456789012:role/ebs"}}]`
	)
	for _, c := range []struct {
		operation, body string
		want            []string
	}{
		{"RegisterTaskDefinition", `{"family":"x","taskRoleArn":"arn:aws:iam::123456789012:role/app","executionRoleArn":"arn:aws:iam::123456789012:role/run",` +
			`"containerDefinitions":[{"name":"app","image":"busybox","memory":64}]}`, []string{role + "app" + tasks, role + "run" + tasks}},
		{"RunTask", `{"taskDefinition":"plain"` + network + `}`, nil},
		{"RunTask", `{"taskDefinition":"roles"` + network + `}`, []string{role + "app" + tasks, role + "run" + tasks}},
		{"RunTask", `{"taskDefinition":"roles","overrides":{"taskRoleArn":"arn:aws:iam::123456789012:role/other"}` + network + `}`,
			[]string{role + "other" + tasks, role + "run" + tasks}},
		{"RunTask", `{"taskDefinition":"plain","overrides":{"executionRoleArn":"arn:aws:iam::123456789012:role/other"}` + network + `}`, []string{role + "other" + tasks}},
		{"RunTask", `{"taskDefinition":"volume"` + network + ebs + `}`, []string{role + "ebs" + toECS}},
		{"StartTask", `{"taskDefinition":"roles","containerInstances":["` + strings.Repeat("a", 32) + `"],"networkConfiguration":{"awsvpcConfiguration":{"subnets":["subnet-1"]}}}`,
			[]string{role + "app" + tasks, role + "run" + tasks}},
		{"CreateService", `{"serviceName":"a","desiredCount":1,"taskDefinition":"roles"` + network + `}`, nil},
		{"CreateService", `{"serviceName":"b","desiredCount":1,"taskDefinition":"volume"` + network + ebs + `}`, []string{role + "ebs" + toECS}},
		{"CreateService", `{"serviceName":"c","desiredCount":1,"taskDefinition":"plain","role":"lb","loadBalancers":[{"targetGroupArn":"g","containerName":"app","containerPort":80}]}`,
			[]string{role + "lb" + toECS}},
		{"UpdateService", `{"service":"a","vpcLatticeConfigurations":[{"roleArn":"arn:aws:iam::123456789012:role/lattice","targetGroupArn":"g","portName":"p"}]}`,
			[]string{role + "lattice" + toECS}},
		{"CreateCapacityProvider", `{"name":"managed","cluster":"default","managedInstancesProvider":{"infrastructureRoleArn":"arn:aws:iam::123456789012:role/infra",` +
			`"instanceLaunchTemplate":{"ec2InstanceProfileArn":"p","networkConfiguration":{"subnets":["subnet-1"]}}}}`, []string{role + "infra" + toECS}},
	} {
		if got := g.asksIAM(t, c.operation, c.body); !slices.Equal(got, c.want) {
			t.Errorf("%s %s asks\n%s\nwant\n%s", c.operation, c.body, strings.Join(got, "\n"), strings.Join(c.want, "\n"))
		}
	}
}

// TestTasksThatAreDeniedChangeNothing: neither the default cluster nor the role that is linked to ECS is made, and Fargate's rate of
// calls is left.
func TestTasksThatAreDeniedChangeNothing(t *testing.T) {
	s := newServer(t)
	s.fargate(t, "roles", func(in *sdk.RegisterTaskDefinitionInput) {
		in.ExecutionRoleArn = aws.String("arn:aws:iam::123456789012:role/run")
	})
	g := newGuard(t, s)
	g.denied = "iam:PassRole"
	s.store.OnChange(func() { t.Error("a request that is denied has changed something") })
	for operation, more := range map[string]string{
		"RunTask": `"launchType":"FARGATE"`, "StartTask": `"containerInstances":["` + strings.Repeat("a", 32) + `"]`,
	} {
		body := `{"taskDefinition":"roles","networkConfiguration":{"awsvpcConfiguration":{"subnets":["subnet-1"]}},` + more + `}`
		if status, answer := g.send(t, operation, body); status != 400 || !strings.Contains(answer, "to perform: iam:PassRole") {
			t.Errorf("%s answers %d %s", operation, status, answer)
		}
	}
	left, then := 0, time.Now().Add(-time.Hour) // no token comes back
	for g.rates.Call(testScope, then) {
		left++
	}
	if left != 20 {
		t.Errorf("%d calls of RunTask are left, want 20", left)
	}
}

// TestRepeatedCallsAreAuthorizedAgain: the answer of the first call is for callers who still may do what it did.
func TestRepeatedCallsAreAuthorizedAgain(t *testing.T) {
	s := newServer(t)
	s.fargate(t, "roles", func(in *sdk.RegisterTaskDefinitionInput) {
		in.TaskRoleArn = aws.String("arn:aws:iam::123456789012:role/app")
	})
	g := newGuard(t, s)
	run, service := runInput("roles"), serviceInput("web", "roles")
	run.ClientToken, service.ClientToken = aws.String("once"), aws.String("once")
	first := must[*sdk.RunTaskOutput](t)(g.RunTask(ctx, run)).Tasks[0]
	must[*sdk.CreateServiceOutput](t)(g.CreateService(ctx, service))
	for _, denied := range []string{"ecs:RunTask", "iam:PassRole"} {
		g.denied = denied
		_, err := g.RunTask(ctx, run)
		if err == nil || !strings.Contains(err.Error(), "AccessDeniedException") || !strings.Contains(err.Error(), "to perform: "+denied) {
			t.Errorf("without %s a repeated RunTask: %v", denied, err)
		}
	}
	short := runInput("roles")
	short.ClientToken, short.Overrides = aws.String("short"), &types.TaskOverride{TaskRoleArn: aws.String("deploy")}
	for range 2 {
		g.denied, g.iam = "", nil
		must[*sdk.RunTaskOutput](t)(g.RunTask(ctx, short))
		want := "iam:PassRole arn:aws:iam::123456789012:role/deploy iam:passedtoservice=ecs-tasks.amazonaws.com"
		if !slices.Equal(g.iam, []string{want}) {
			t.Errorf("for a role by its name is asked %v, want %s", g.iam, want)
		}
	}
	g.denied = "ecs:CreateService"
	if _, err := g.CreateService(ctx, service); err == nil || !strings.Contains(err.Error(), "AccessDeniedException") {
		t.Errorf("a repeated CreateService: %v", err)
	}
	g.denied = ""
	if again := must[*sdk.RunTaskOutput](t)(g.RunTask(ctx, run)).Tasks[0]; *again.TaskArn != *first.TaskArn {
		t.Errorf("the repeated call answers %s, want %s", *again.TaskArn, *first.TaskArn)
	}
}

// TestCreateClusterMakesTheLinkedRoleAsItsCaller: without permission the cluster is ACTIVE and the role absent (AC17).
func TestCreateClusterMakesTheLinkedRoleAsItsCaller(t *testing.T) {
	s := newServer(t)
	g := newGuard(t, s)
	const asks = "iam:CreateServiceLinkedRole arn:aws:iam::123456789012:role/aws-service-role/ecs.amazonaws.com/AWSServiceRoleForECS" +
		" aws:calledvia=[ecs.amazonaws.com] aws:calledviafirst=ecs.amazonaws.com aws:calledvialast=ecs.amazonaws.com" +
		" aws:viaawsservice=true iam:awsservicename=ecs.amazonaws.com"
	has := func() bool { return iam.HasECSRole(s.store.Read(), iam.AccountOf(testScope)) }
	for _, c := range []struct {
		name, denied string
		want         []string
		has          bool
	}{
		{"default", "iam:CreateServiceLinkedRole", []string{asks}, false},
		{"shop", "iam:CreateServiceLinkedRole", []string{asks}, false},
		{"shop", "", []string{asks}, true},
		{"east", "", nil, true},
	} {
		g.denied, g.iam = c.denied, nil
		out := must[*sdk.CreateClusterOutput](t)(g.CreateCluster(ctx, &sdk.CreateClusterInput{ClusterName: &c.name}))
		if aws.ToString(out.Cluster.Status) != "ACTIVE" || has() != c.has || !slices.Equal(g.iam, c.want) {
			t.Errorf("%s is %s, the role is there: %t, asked %v; want it there: %t, %v", c.name, aws.ToString(out.Cluster.Status), has(), g.iam, c.has, c.want)
		}
	}
}

// TestTagsAreNotAskedForWhereTheAccountSaysSo: for a principal that has turned the setting off, or whose account has (AC71).
func TestTagsAreNotAskedForWhereTheAccountSaysSo(t *testing.T) {
	s := newServer(t)
	s.fargate(t, "web")
	a := newAsker(t, s)
	for value, want := range map[string]int{"on": 2, "off": 1} {
		must[*sdk.PutAccountSettingDefaultOutput](t)(s.PutAccountSettingDefault(ctx, &sdk.PutAccountSettingDefaultInput{
			Name: types.SettingNameTagResourceAuthorization, Value: &value,
		}))
		for operation, body := range map[string]string{
			"CreateCluster": `{"tags":[{"key":"a","value":"b"}]}`, "RunTask": `{"taskDefinition":"web","enableECSManagedTags":true}`,
		} {
			if got := a.asks(t, operation, body); len(got) != want {
				t.Errorf("%s: %s asks %v", value, operation, got)
			}
		}
	}
}
