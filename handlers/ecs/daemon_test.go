package ecs_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"

	ourtypes "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/capacityprovider"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/daemon"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

// managedProvider has the cluster default have a capacity provider of managed instances, or of another type.
func (s *server) managedProvider(t *testing.T, name string, kind ourtypes.CapacityProviderType) string {
	t.Helper()
	s.update(t, func(tx *store.Tx) {
		cluster := state.Cluster{ARN: testScope.Cluster("default"), Name: "default", Status: "ACTIVE"}
		if old := state.Clusters.Get(tx, cluster.ARN); old != nil {
			cluster = *old
		}
		cluster.CapacityProviders = append(cluster.CapacityProviders, name)
		state.Clusters.Put(tx, &cluster)
		p := &capacityprovider.Provider{
			ARN: testScope.CapacityProvider(name), Name: name, Type: kind, Status: ourtypes.CapacityProviderStatusActive,
		}
		if kind == ourtypes.CapacityProviderTypeManagedInstances {
			p.Managed = &ourtypes.ManagedInstancesProvider{InstanceLaunchTemplate: &ourtypes.InstanceLaunchTemplate{}}
		}
		capacityprovider.Providers.Put(tx, p)
	})
	return testScope.CapacityProvider(name)
}

func (s *server) registerDaemon(t *testing.T, family string, change ...func(*sdk.RegisterDaemonTaskDefinitionInput)) string {
	t.Helper()
	in := &sdk.RegisterDaemonTaskDefinitionInput{
		Family: &family, Cpu: aws.String("128"), Memory: aws.String("64"),
		ContainerDefinitions: []types.DaemonContainerDefinition{{Name: aws.String("agent"), Image: aws.String("busybox")}},
	}
	for _, c := range change {
		c(in)
	}
	return *must[*sdk.RegisterDaemonTaskDefinitionOutput](t)(s.RegisterDaemonTaskDefinition(ctx, in)).DaemonTaskDefinitionArn
}

func daemonInput(provider, definition string) *sdk.CreateDaemonInput {
	return &sdk.CreateDaemonInput{DaemonName: aws.String("logs"), DaemonTaskDefinitionArn: &definition, CapacityProviderArns: []string{provider}}
}

func (s *server) describeDaemonDeployment(t *testing.T, arn *string) types.DaemonDeployment {
	t.Helper()
	out := must[*sdk.DescribeDaemonDeploymentsOutput](t)(s.DescribeDaemonDeployments(ctx, &sdk.DescribeDaemonDeploymentsInput{DaemonDeploymentArns: []string{*arn}}))
	if len(out.DaemonDeployments) != 1 || len(out.Failures) != 0 {
		t.Fatalf("%s: %d deployments, failures %v", *arn, len(out.DaemonDeployments), out.Failures)
	}
	return out.DaemonDeployments[0]
}

// TestDaemonTaskDefinitions: revisions count from 1, a deleted one goes on while a daemon uses it, and a family means its newest.
func TestDaemonTaskDefinitions(t *testing.T) {
	s := newServer(t)
	first := s.registerDaemon(t, "logs", func(in *sdk.RegisterDaemonTaskDefinitionInput) {
		in.PidMode, in.Tags = types.DaemonPidModeShared, tag("Team", "blue")
	})
	second := s.registerDaemon(t, "logs")
	other := s.registerDaemon(t, "agents")
	if first != testScope.Prefix()+"daemon-task-definition/logs:1" || !strings.HasSuffix(second, ":2") {
		t.Fatal(first, second)
	}
	describe := func(ref string) *types.DaemonTaskDefinition {
		t.Helper()
		return must[*sdk.DescribeDaemonTaskDefinitionOutput](t)(s.DescribeDaemonTaskDefinition(ctx, &sdk.DescribeDaemonTaskDefinitionInput{DaemonTaskDefinition: &ref})).DaemonTaskDefinition
	}
	if d := describe("logs"); *d.DaemonTaskDefinitionArn != second || d.Status != "ACTIVE" || d.RegisteredBy == nil || *d.ContainerDefinitions[0].Essential != true {
		t.Errorf("%+v", d)
	}
	if d := describe("logs:1"); d.PidMode != "shared" || d.Revision != 1 || *d.Family != "logs" || *d.Memory != "64" {
		t.Errorf("%+v", d)
	}
	list := func(in sdk.ListDaemonTaskDefinitionsInput) (arns []string) {
		t.Helper()
		for _, d := range must[*sdk.ListDaemonTaskDefinitionsOutput](t)(s.ListDaemonTaskDefinitions(ctx, &in)).DaemonTaskDefinitions {
			arns = append(arns, *d.Arn)
		}
		return arns
	}
	if got, want := list(sdk.ListDaemonTaskDefinitionsInput{}), []string{other, first, second}; !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
	if got, want := list(sdk.ListDaemonTaskDefinitionsInput{Sort: "DESC", FamilyPrefix: aws.String("lo")}), []string{second, first}; !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
	if got, want := list(sdk.ListDaemonTaskDefinitionsInput{Revision: "LAST_REGISTERED", Family: aws.String("logs")}), []string{second}; !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}

	provider := s.managedProvider(t, "managed", ourtypes.CapacityProviderTypeManagedInstances)
	must[*sdk.CreateDaemonOutput](t)(s.CreateDaemon(ctx, daemonInput(provider, first)))
	must[*sdk.DeleteDaemonTaskDefinitionOutput](t)(s.DeleteDaemonTaskDefinition(ctx, &sdk.DeleteDaemonTaskDefinitionInput{DaemonTaskDefinition: &first}))
	if d := describe(first); d.Status != "DELETE_IN_PROGRESS" || d.DeleteRequestedAt == nil {
		t.Errorf("%+v", d)
	}
	if got, want := list(sdk.ListDaemonTaskDefinitionsInput{Status: "DELETE_IN_PROGRESS"}), []string{first}; !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
	if got, want := list(sdk.ListDaemonTaskDefinitionsInput{}), []string{other, second}; !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
	_, err := s.DeleteDaemonTaskDefinition(ctx, &sdk.DeleteDaemonTaskDefinitionInput{DaemonTaskDefinition: &first})
	refused(t, err, "ClientException", "The specified daemon task definition is not in ACTIVE status.")
	_, err = s.DeleteDaemonTaskDefinition(ctx, &sdk.DeleteDaemonTaskDefinitionInput{DaemonTaskDefinition: aws.String("logs")})
	refused(t, err, invalid, "Revision is missing")
	_, err = s.DescribeDaemonTaskDefinition(ctx, &sdk.DescribeDaemonTaskDefinitionInput{DaemonTaskDefinition: aws.String("logs:9")})
	refused(t, err, "ClientException", "Unable to describe daemon task definition.")

	rows := s.store.Read()
	row := daemon.FindDefinition(rows, first)
	if later := time.Now().Add(time.Hour); row.Status(rows, later) != "DELETE_IN_PROGRESS" {
		t.Error("it is DELETED while a daemon uses it")
	}
	if cpu, memory := daemon.FindDefinition(rows, second).Size(rows); cpu != 128 || memory != 64 {
		t.Error(cpu, memory)
	}
	if task := row.Task(rows); task.PidMode != "host" || testScope.TaskDefinition(*task.Family, int(task.Revision)) != first {
		t.Errorf("%+v", task)
	}
	if all := must[*sdk.ListTaskDefinitionsOutput](t)(s.ListTaskDefinitions(ctx, &sdk.ListTaskDefinitionsInput{})).TaskDefinitionArns; len(all) > 0 {
		t.Errorf("task definitions list the ones of daemons: %v", all)
	}
}

// TestWhatDaemonTaskDefinitionsHaveNot is refused by its name.
func TestWhatDaemonTaskDefinitionsHaveNot(t *testing.T) {
	s := newServer(t)
	for member, body := range map[string]string{
		"portMappings":           `{"family":"a","containerDefinitions":[{"name":"a","image":"b","memory":64,"portMappings":[{"containerPort":80}]}]}`,
		"links":                  `{"family":"a","containerDefinitions":[{"name":"a","image":"b","memory":64,"links":["b"]}]}`,
		"volumesFrom":            `{"family":"a","containerDefinitions":[{"name":"a","image":"b","memory":64,"volumesFrom":[]}]}`,
		"networkMode":            `{"family":"a","networkMode":"host","containerDefinitions":[{"name":"a","image":"b","memory":64}]}`,
		"sharedMemorySize":       `{"family":"a","containerDefinitions":[{"name":"a","image":"b","memory":64,"linuxParameters":{"sharedMemorySize":1}}]}`,
		"efsVolumeConfiguration": `{"family":"a","volumes":[{"name":"v","efsVolumeConfiguration":{}}],"containerDefinitions":[{"name":"a","image":"b","memory":64}]}`,
	} {
		status, answer := s.send(t, "RegisterDaemonTaskDefinition", body)
		if status != 400 || !strings.Contains(answer, "ClientException") || !strings.Contains(answer, "does not support "+member+" in a daemon task definition") {
			t.Errorf("%s: %d %s", member, status, answer)
		}
	}
	if status, answer := s.send(t, "RegisterDaemonTaskDefinition", `{"family":"a","newest":1,"containerDefinitions":[{"name":"a","image":"b","memory":64}]}`); status != 200 {
		t.Errorf("a member that ECS may have: %d %s", status, answer)
	}
	for family, words := range map[string]string{strings.Repeat("a", 256): "Family contains invalid characters.", "": "Family can not be blank."} {
		_, err := s.RegisterDaemonTaskDefinition(ctx, &sdk.RegisterDaemonTaskDefinitionInput{
			Family: &family, ContainerDefinitions: []types.DaemonContainerDefinition{{Name: aws.String("a"), Image: aws.String("b"), Memory: aws.Int32(64)}},
		})
		refused(t, err, "ClientException", words)
	}
}

// TestLifeOfADaemon: ECS0351, ECS0352.
func TestLifeOfADaemon(t *testing.T) {
	s := newServer(t)
	provider, definition := s.managedProvider(t, "managed", ourtypes.CapacityProviderTypeManagedInstances), s.registerDaemon(t, "logs")
	in := daemonInput(provider, definition)
	in.ClientToken, in.Tags, in.PropagateTags = aws.String("t1"), tag("Team", "blue"), types.DaemonPropagateTagsDaemon
	made := must[*sdk.CreateDaemonOutput](t)(s.CreateDaemon(ctx, in))
	if *made.DaemonArn != testScope.Prefix()+"daemon/default/logs" || made.Status != "ACTIVE" || made.CreatedAt == nil ||
		!strings.HasPrefix(*made.DeploymentArn, testScope.Prefix()+"daemon-deployment/default/logs/") {
		t.Fatalf("%+v", made)
	}
	if again := must[*sdk.CreateDaemonOutput](t)(s.CreateDaemon(ctx, in)); *again.DeploymentArn != *made.DeploymentArn {
		t.Error("the token makes a second deployment")
	}
	other := *in
	other.Critical = aws.Bool(false)
	_, err := s.CreateDaemon(ctx, &other)
	refused(t, err, invalid, "The provided clientToken is already in use with a different request.")
	other.ClientToken = nil
	_, err = s.CreateDaemon(ctx, &other)
	refused(t, err, invalid, "Creation of daemon was not idempotent.")

	d := s.describeDaemonDeployment(t, made.DeploymentArn)
	if d.Status != "PENDING" || *d.DeploymentConfiguration.DrainPercent != 25 || d.DeploymentConfiguration.BakeTimeInMinutes != 0 ||
		d.Alarms.Status != "DISABLED" || d.CircuitBreaker.Status != "MONITORING" || len(d.SourceDaemonRevisions) != 0 {
		t.Errorf("%+v", d)
	}
	revision := *d.TargetDaemonRevision.Arn
	shown := must[*sdk.DescribeDaemonOutput](t)(s.DescribeDaemon(ctx, &sdk.DescribeDaemonInput{DaemonArn: made.DaemonArn})).Daemon
	if len(shown.CurrentRevisions) != 1 || *shown.CurrentRevisions[0].Arn != revision || *shown.CurrentRevisions[0].CapacityProviders[0].Arn != provider {
		t.Errorf("%+v", shown)
	}
	r := must[*sdk.DescribeDaemonRevisionsOutput](t)(s.DescribeDaemonRevisions(ctx, &sdk.DescribeDaemonRevisionsInput{DaemonRevisionArns: []string{revision, revision + "x"}}))
	if one := r.DaemonRevisions[0]; *one.DaemonTaskDefinitionArn != definition || !*one.Critical || one.PropagateTags != "DAEMON" || *one.ContainerImages[0].Image != "busybox" ||
		*one.ClusterArn != testScope.Cluster("default") || *r.Failures[0].Reason != "MISSING" {
		t.Errorf("%+v", r)
	}
	if tags := must[*sdk.ListTagsForResourceOutput](t)(s.ListTagsForResource(ctx, &sdk.ListTagsForResourceInput{ResourceArn: made.DaemonArn})).Tags; len(tags) != 1 {
		t.Error(tags)
	}
	must[*sdk.TagResourceOutput](t)(s.TagResource(ctx, &sdk.TagResourceInput{ResourceArn: &definition, Tags: tag("Of", "definition")}))
	if tags := must[*sdk.ListTagsForResourceOutput](t)(s.ListTagsForResource(ctx, &sdk.ListTagsForResourceInput{ResourceArn: &definition})).Tags; len(tags) != 1 {
		t.Error(tags)
	}

	updated := must[*sdk.UpdateDaemonOutput](t)(s.UpdateDaemon(ctx, &sdk.UpdateDaemonInput{
		DaemonArn: made.DaemonArn, DaemonTaskDefinitionArn: aws.String(s.registerDaemon(t, "logs")), CapacityProviderArns: []string{provider},
		DeploymentConfiguration: &types.DaemonDeploymentConfiguration{DrainPercent: aws.Float64(100), BakeTimeInMinutes: 1440},
	}))
	deployments := must[*sdk.ListDaemonDeploymentsOutput](t)(s.ListDaemonDeployments(ctx, &sdk.ListDaemonDeploymentsInput{DaemonArn: made.DaemonArn, MaxResults: aws.Int32(1)}))
	if len(deployments.DaemonDeployments) != 1 || *deployments.DaemonDeployments[0].DaemonDeploymentArn != *updated.DeploymentArn || deployments.NextToken == nil {
		t.Errorf("%+v", deployments)
	}
	for filter, want := range map[string]int{provider: 1, provider + "x": 0} {
		out := must[*sdk.ListDaemonsOutput](t)(s.ListDaemons(ctx, &sdk.ListDaemonsInput{CapacityProviderArns: []string{filter}}))
		if len(out.DaemonSummariesList) != want {
			t.Errorf("%d daemons on %s", len(out.DaemonSummariesList), filter)
		}
	}

	remove := func() (*sdk.DeleteDaemonOutput, error) {
		return s.DeleteDaemon(ctx, &sdk.DeleteDaemonInput{DaemonArn: made.DaemonArn})
	}
	if out := must[*sdk.DeleteDaemonOutput](t)(remove()); out.Status != "DELETE_IN_PROGRESS" || *out.DeploymentArn == *updated.DeploymentArn {
		t.Errorf("%+v", out)
	}
	_, err = remove()
	refused(t, err, invalid, "The daemon can not be deleted: deployment deletion is ongoing")
	_, err = s.UpdateDaemon(ctx, &sdk.UpdateDaemonInput{DaemonArn: made.DaemonArn, DaemonTaskDefinitionArn: &definition, CapacityProviderArns: []string{provider}})
	refused(t, err, "DaemonNotActiveException", "Daemon was not ACTIVE.")
	s.update(t, func(tx *store.Tx) { daemon.End(tx, daemon.Find(tx, *made.DaemonArn), time.Now()) })
	_, err = s.DescribeDaemon(ctx, &sdk.DescribeDaemonInput{DaemonArn: made.DaemonArn})
	refused(t, err, "DaemonNotFoundException", "Daemon not found.")
	if d := s.describeDaemonDeployment(t, updated.DeploymentArn); d.TargetDaemonRevision == nil {
		t.Errorf("%+v", d)
	}
	in.ClientToken = nil
	must[*sdk.CreateDaemonOutput](t)(s.CreateDaemon(ctx, in))
	if all := daemon.Deployments(s.store.Read(), *made.DaemonArn); len(all) != 1 {
		t.Errorf("a daemon of the same name has %d deployments", len(all))
	}
}

func TestDaemonRefusals(t *testing.T) {
	s := newServer(t)
	group := s.managedProvider(t, "group", ourtypes.CapacityProviderTypeEc2Autoscaling)
	provider, definition := s.managedProvider(t, "managed", ourtypes.CapacityProviderTypeManagedInstances), s.registerDaemon(t, "logs")
	s.update(t, func(tx *store.Tx) {
		capacityprovider.Providers.Put(tx, &capacityprovider.Provider{
			ARN: testScope.CapacityProvider("elsewhere"), Name: "elsewhere", Type: ourtypes.CapacityProviderTypeManagedInstances, Status: ourtypes.CapacityProviderStatusActive,
		})
	})
	for want, change := range map[string]func(in *sdk.CreateDaemonInput){
		"Invalid daemon name.": func(in *sdk.CreateDaemonInput) { in.DaemonName = aws.String("a b") },
		"The capacity provider " + group + " is not supported: daemons run on Amazon ECS Managed Instances capacity providers.": func(in *sdk.CreateDaemonInput) {
			in.CapacityProviderArns = []string{group}
		},
		"The capacity provider " + testScope.CapacityProvider("elsewhere") + " does not exist in the cluster default.": func(in *sdk.CreateDaemonInput) {
			in.CapacityProviderArns = []string{provider, testScope.CapacityProvider("elsewhere")}
		},
		"capacityProviderArns has " + provider + " twice.": func(in *sdk.CreateDaemonInput) { in.CapacityProviderArns = []string{provider, provider} },
		"drainPercent should be between 0 and 100": func(in *sdk.CreateDaemonInput) {
			in.DeploymentConfiguration = &types.DaemonDeploymentConfiguration{DrainPercent: aws.Float64(101)}
		},
		"bakeTimeInMinutes should be between 0 and 1440": func(in *sdk.CreateDaemonInput) {
			in.DeploymentConfiguration = &types.DaemonDeploymentConfiguration{BakeTimeInMinutes: 1441}
		},
		"idempotency token longer than 36.": func(in *sdk.CreateDaemonInput) { in.ClientToken = aws.String(strings.Repeat("a", 37)) },
	} {
		in := daemonInput(provider, definition)
		change(in)
		_, err := s.CreateDaemon(ctx, in)
		refused(t, err, invalid, want)
	}
	in := daemonInput(provider, definition)
	in.ClusterArn = aws.String("nowhere")
	_, err := s.CreateDaemon(ctx, in)
	refused(t, err, "ClusterNotFoundException", "Cluster not found.")
	_, err = s.DescribeDaemonRevisions(ctx, &sdk.DescribeDaemonRevisionsInput{DaemonRevisionArns: []string{definition}})
	refused(t, err, invalid, "The DaemonRevision ARN is invalid.")
	for _, call := range []string{`{"daemonArn":"a"}`, `{"daemonArn":"a","daemonTaskDefinitionArn":"b"}`} {
		if status, answer := s.send(t, "UpdateDaemon", call); status != 400 || !strings.Contains(answer, "capacityProviderArns can not be empty.") && !strings.Contains(answer, "daemonTaskDefinitionArn can not be empty.") {
			t.Errorf("%s: %d %s", call, status, answer)
		}
	}
}

// TestProvidersThatDaemonsName stay until the daemon is gone, and so does their cluster: a new one of its name has no daemon.
func TestProvidersThatDaemonsName(t *testing.T) {
	s := newServer(t)
	s.createClusters(t, "shop")
	provider := *must[*sdk.CreateCapacityProviderOutput](t)(s.CreateCapacityProvider(ctx, managedProvider(nil))).CapacityProvider.CapacityProviderArn
	in := daemonInput(provider, s.registerDaemon(t, "logs"))
	in.ClusterArn = aws.String("shop")
	first := must[*sdk.CreateDaemonOutput](t)(s.CreateDaemon(ctx, in))
	remove := func() *types.CapacityProvider {
		t.Helper()
		return must[*sdk.DeleteCapacityProviderOutput](t)(s.DeleteCapacityProvider(ctx, &sdk.DeleteCapacityProviderInput{
			CapacityProvider: &provider, Cluster: aws.String("shop"),
		})).CapacityProvider
	}
	stays := func(when string) {
		t.Helper()
		if p := remove(); p.UpdateStatus != types.CapacityProviderUpdateStatusDeleteFailed || p.Status != types.CapacityProviderStatusActive ||
			aws.ToString(p.UpdateStatusReason) != "The specified capacity provider is in use and cannot be removed." {
			t.Errorf("%s: %s, %s", when, p.Status, p.UpdateStatus)
		}
	}
	stays("a daemon names it")
	ends := func(deployment *string) {
		s.update(t, func(tx *store.Tx) {
			daemon.PutRollout(tx, &daemon.Rollout{Deployment: *deployment, Status: ourtypes.DaemonDeploymentStatusSuccessful})
		})
	}
	ends(first.DeploymentArn)
	deletion := must[*sdk.DeleteDaemonOutput](t)(s.DeleteDaemon(ctx, &sdk.DeleteDaemonInput{DaemonArn: first.DaemonArn}))
	stays("the daemon is being deleted")
	_, err := s.DeleteCluster(ctx, &sdk.DeleteClusterInput{Cluster: aws.String("shop")})
	refused(t, err, "ClusterContainsCapacityProviderException", "The Cluster cannot be deleted while Capacity Providers of Managed Instances are active.")
	ends(deletion.DeploymentArn)
	s.update(t, func(tx *store.Tx) { daemon.End(tx, daemon.Find(tx, *first.DaemonArn), time.Now()) })
	if p := remove(); p.UpdateStatus != types.CapacityProviderUpdateStatusDeleteInProgress {
		t.Errorf("%s", p.UpdateStatus)
	}
	must[*sdk.DeleteClusterOutput](t)(s.DeleteCluster(ctx, &sdk.DeleteClusterInput{Cluster: aws.String("shop")}))
}
