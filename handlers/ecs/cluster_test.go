package ecs_test

import (
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
	ourtypes "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

func (s *server) describeCluster(t testing.TB, name string, include ...types.ClusterField) types.Cluster {
	t.Helper()
	out := must[*sdk.DescribeClustersOutput](t)(s.DescribeClusters(ctx, &sdk.DescribeClustersInput{
		Clusters: []string{name}, Include: include,
	}))
	if len(out.Clusters) != 1 {
		t.Fatalf("describe %s: %+v", name, out.Failures)
	}
	return out.Clusters[0]
}

func TestNewClusterOnTheWire(t *testing.T) {
	s := newServer(t)
	_, got := s.send(t, "CreateCluster", `{"clusterName":"demo"}`)
	want := `{"cluster":{"activeServicesCount":0,"capacityProviders":[],` +
		`"clusterArn":"arn:aws:ecs:us-east-1:000000000000:cluster/demo","clusterName":"demo",` +
		`"defaultCapacityProviderStrategy":[],"pendingTasksCount":0,"registeredContainerInstancesCount":0,` +
		`"runningTasksCount":0,"settings":[{"name":"containerInsights","value":"disabled"}],"statistics":[],` +
		`"status":"ACTIVE","tags":[]},"clusterCount":1}`
	if got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

func TestCreateClusterIsIdempotent(t *testing.T) {
	s := newServer(t)
	in := &sdk.CreateClusterInput{
		ClusterName: aws.String("shop"), Tags: tag("team", "red"),
		Settings:          []types.ClusterSetting{{Name: types.ClusterSettingNameContainerInsights, Value: aws.String("enabled")}},
		CapacityProviders: []string{"FARGATE", "FARGATE_SPOT"},
		DefaultCapacityProviderStrategy: []types.CapacityProviderStrategyItem{
			{CapacityProvider: aws.String("FARGATE_SPOT"), Weight: 3}, {CapacityProvider: aws.String("FARGATE"), Base: 1, Weight: 1},
		},
		Configuration: &types.ClusterConfiguration{ExecuteCommandConfiguration: &types.ExecuteCommandConfiguration{
			Logging: types.ExecuteCommandLoggingDefault,
		}},
	}
	first := must[*sdk.CreateClusterOutput](t)(s.CreateCluster(ctx, in)).Cluster
	if aws.ToString(first.Status) != "ACTIVE" || first.Attachments != nil || first.AttachmentsStatus != nil {
		t.Errorf("Fargate providers settle at once: got %+v", first)
	}
	if !reflect.DeepEqual(first.Tags, in.Tags) || !reflect.DeepEqual(first.DefaultCapacityProviderStrategy, in.DefaultCapacityProviderStrategy) {
		t.Errorf("got %+v", first)
	}
	again := must[*sdk.CreateClusterOutput](t)(s.CreateCluster(ctx, in)).Cluster
	bare := must[*sdk.CreateClusterOutput](t)(s.CreateCluster(ctx, &sdk.CreateClusterInput{ClusterName: in.ClusterName})).Cluster
	untagged := *first
	untagged.Tags = []types.Tag{}
	if !reflect.DeepEqual(first, again) || !reflect.DeepEqual(&untagged, bare) {
		t.Errorf("a repeated call answers\n%+v\nand\n%+v\nafter\n%+v", again, bare, first)
	}
	in.Tags = tag("team", "blue")
	_, err := s.CreateCluster(ctx, in)
	refused(t, err, "InvalidParameterException", "Arguments on this idempotent request are inconsistent with arguments used in previous request(s).")
}

func TestCreateClusterRefusals(t *testing.T) {
	s := newServer(t)
	strategy := func(items ...types.CapacityProviderStrategyItem) *sdk.CreateClusterInput {
		return &sdk.CreateClusterInput{
			ClusterName: aws.String("c"), CapacityProviders: []string{"FARGATE", "FARGATE_SPOT"}, DefaultCapacityProviderStrategy: items,
		}
	}
	logging := func(c types.ExecuteCommandConfiguration) *sdk.CreateClusterInput {
		return &sdk.CreateClusterInput{
			ClusterName: aws.String("c"), Configuration: &types.ClusterConfiguration{ExecuteCommandConfiguration: &c},
		}
	}
	fargate, spot := aws.String("FARGATE"), aws.String("FARGATE_SPOT")
	for _, c := range []struct {
		in      *sdk.CreateClusterInput
		message string
	}{
		{&sdk.CreateClusterInput{ClusterName: aws.String("a b")}, `ClusterName must match ^[a-zA-Z0-9\-_]{1,255}$`},
		{&sdk.CreateClusterInput{ClusterName: aws.String(strings.Repeat("x", 256))}, `ClusterName must match ^[a-zA-Z0-9\-_]{1,255}$`},
		{&sdk.CreateClusterInput{ClusterName: aws.String("")}, `ClusterName must match ^[a-zA-Z0-9\-_]{1,255}$`},
		{&sdk.CreateClusterInput{CapacityProviders: []string{"mine"}},
			"The specified capacity provider was not found. Specify a valid capacity provider and try again."},
		{&sdk.CreateClusterInput{CapacityProviders: slices.Repeat([]string{"FARGATE"}, 21)},
			"The maximum number of capacity providers per cluster has been exceeded."},
		{&sdk.CreateClusterInput{Settings: []types.ClusterSetting{{Name: "containerInsights", Value: aws.String("loud")}}},
			"Invalid setting 'value'"},
		{strategy(types.CapacityProviderStrategyItem{CapacityProvider: aws.String("mine")}),
			"The specified capacity provider strategy cannot contain a capacity provider that is not associated with the cluster. Associate the capacity provider with the cluster or specify a valid capacity provider and try again."},
		{strategy(types.CapacityProviderStrategyItem{CapacityProvider: fargate, Base: 1}, types.CapacityProviderStrategyItem{CapacityProvider: spot, Base: 1}),
			"The specified capacity provider strategy contains multiple capacity providers with a base value defined. Only one capacity provider per strategy can have a base value defined."},
		{strategy(types.CapacityProviderStrategyItem{CapacityProvider: fargate, Weight: 1001}), "weight should be between 0 and 1000"},
		{logging(types.ExecuteCommandConfiguration{LogConfiguration: &types.ExecuteCommandLogConfiguration{S3BucketName: aws.String("b")}}),
			"You must set logging to 'OVERRIDE' when you supply a log configuration."},
		{logging(types.ExecuteCommandConfiguration{Logging: types.ExecuteCommandLoggingOverride}),
			"A CloudWatch log group name or S3 bucket name must be specified when overriding the default log configuration."},
	} {
		_, err := s.CreateCluster(ctx, c.in)
		refused(t, err, "InvalidParameterException", c.message)
	}
}

func TestDefaultCluster(t *testing.T) {
	s := newServer(t)
	got := must[*sdk.DescribeClustersOutput](t)(s.DescribeClusters(ctx, &sdk.DescribeClustersInput{})).Clusters
	if len(got) != 1 || *got[0].ClusterName != "default" || len(got[0].CapacityProviders) != 2 {
		t.Fatalf("got %+v", got)
	}
	// It was not made yet, so the first to make it decides what it is like.
	made := must[*sdk.CreateClusterOutput](t)(s.CreateCluster(ctx, &sdk.CreateClusterInput{Tags: tag("a", "b")})).Cluster
	if len(made.CapacityProviders) != 0 || len(made.Tags) != 1 {
		t.Errorf("got %+v", made)
	}
	_, err := s.CreateCluster(ctx, &sdk.CreateClusterInput{Tags: tag("a", "c")})
	refused(t, err, "InvalidParameterException", "Arguments on this idempotent request are inconsistent with arguments used in previous request(s).")
}

func TestDescribeClustersShowsWhatIsIncluded(t *testing.T) {
	s := newServer(t)
	namespace := s.namespace(t, "shop.local")
	must[*sdk.CreateClusterOutput](t)(s.CreateCluster(ctx, &sdk.CreateClusterInput{
		ClusterName: aws.String("shop"), Tags: tag("a", "b"), CapacityProviders: []string{"FARGATE"},
		Configuration:          &types.ClusterConfiguration{ManagedStorageConfiguration: &types.ManagedStorageConfiguration{KmsKeyId: aws.String("k")}},
		ServiceConnectDefaults: &types.ClusterServiceConnectDefaultsRequest{Namespace: &namespace},
	}))
	plain := s.describeCluster(t, "shop")
	if len(plain.Settings)+len(plain.Tags)+len(plain.Statistics) != 0 || plain.Configuration != nil || plain.AttachmentsStatus != nil {
		t.Errorf("nothing was included: %+v", plain)
	}
	if *plain.ServiceConnectDefaults.Namespace != namespace {
		t.Errorf("got %+v", plain.ServiceConnectDefaults)
	}
	full := s.describeCluster(t, testScope.Cluster("shop"), types.ClusterField("").Values()...)
	if len(full.Settings) != 1 || len(full.Tags) != 1 || len(full.Statistics) != 16 || full.Configuration == nil || full.Attachments == nil {
		t.Errorf("all was included: %+v", full)
	}
}

func TestStatisticsCountTasksAndServices(t *testing.T) {
	s := newServer(t)
	s.createClusters(t, "shop")
	s.update(t, func(tx *store.Tx) {
		addTask(tx, "shop", "1", state.Running, ourtypes.LaunchTypeFargate)
		addTask(tx, "shop", "2", state.Provisioning, ourtypes.LaunchTypeFargate)
		addTask(tx, "shop", "3", state.Stopped, ourtypes.LaunchTypeFargate)
		addTask(tx, "shop", "4", state.Running, ourtypes.LaunchTypeEc2)
		state.PutService(tx, newService("shop", "web"))
	})
	c := s.describeCluster(t, "shop", types.ClusterFieldStatistics)
	if c.RunningTasksCount != 2 || c.PendingTasksCount != 1 || c.ActiveServicesCount != 1 {
		t.Errorf("got %+v", c)
	}
	got := map[string]string{}
	for _, pair := range c.Statistics {
		if *pair.Value != "0" {
			got[*pair.Name] = *pair.Value
		}
	}
	want := map[string]string{
		"runningEC2TasksCount": "1", "runningFargateTasksCount": "1", "pendingFargateTasksCount": "1", "activeFargateServiceCount": "1",
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

// addTask writes a task as the agent leaves it.
func addTask(tx *store.Tx, cluster, id, lastStatus string, launchType ourtypes.LaunchType) *state.Task {
	task := &state.Task{
		ARN: testScope.Task(cluster, id),
		Spec: &state.TaskSpec{
			ClusterARN: testScope.Cluster(cluster), Family: "web", Revision: 1, LaunchType: launchType,
		},
		Placement: &state.Placement{CapacityProvider: "FARGATE"},
		Status:    state.TaskStatus{LastStatus: lastStatus},
	}
	state.AddTask(tx, task)
	return task
}

// newService is a service with one deployment of web:1 on Fargate.
func newService(cluster, name string) *state.Service {
	return &state.Service{
		ARN: testScope.Service(cluster, name), Name: name, ClusterARN: testScope.Cluster(cluster),
		Deployments: []*state.Deployment{{Generation: state.Generation{ID: "ecs-svc/1", Revision: &state.ServiceRevision{
			TaskDefinition:           testScope.TaskDefinition("web", 1),
			CapacityProviderStrategy: []ourtypes.CapacityProviderStrategyItem{{CapacityProvider: aws.String("FARGATE"), Weight: 1}},
		}}}},
	}
}

func TestDescribeClustersRefersByNameAndARN(t *testing.T) {
	s := newServer(t)
	s.createClusters(t, "shop")
	elsewhere := strings.Replace(testScope.Cluster("shop"), testAccount, "999999999999", 1)
	inChina := strings.Replace(testScope.Cluster("shop"), "arn:aws:", "arn:aws-cn:", 1)
	ofS3 := strings.Replace(testScope.Cluster("shop"), ":ecs:", ":s3:", 1)
	out := must[*sdk.DescribeClustersOutput](t)(s.DescribeClusters(ctx, &sdk.DescribeClustersInput{
		Clusters: []string{"shop", "nope", elsewhere, inChina, ofS3},
	}))
	if len(out.Clusters) != 1 || len(out.Failures) != 4 {
		t.Fatalf("got %+v", out)
	}
	for i, want := range []string{testScope.Cluster("nope"), elsewhere, inChina, ofS3} {
		if f := out.Failures[i]; *f.Arn != want || *f.Reason != "MISSING" {
			t.Errorf("got %s %s, want %s MISSING", *f.Arn, *f.Reason, want)
		}
	}
	for ref, message := range map[string]string{
		strings.Replace(testScope.Cluster("shop"), testRegion, "us-east-1", 1): "Invalid Region in ARN",
		"a/b":                               "Invalid identifier: Unexpected number of separators",
		testScope.Cluster("shop/x"):         "Invalid identifier: Unexpected number of separators",
		testScope.TaskDefinition("shop", 1): "Unsupported resource type: task-definition",
		"arn:aws:ecs:eu-west-1:123456789012:cluster": "Invalid identifier: Unexpected number of separators",
	} {
		_, err := s.DescribeClusters(ctx, &sdk.DescribeClustersInput{Clusters: []string{ref}})
		refused(t, err, "InvalidParameterException", message)
	}
	_, err := s.DescribeClusters(ctx, &sdk.DescribeClustersInput{Clusters: []string{"arn:aws:sts::123456789012"}})
	refused(t, err, "ClientException",
		"com.amazon.arn.ARNSyntaxException: Fifth colon (namespace/relative-id delimiter) not found: arn:aws:sts::123456789012")
	_, err = s.DescribeClusters(ctx, &sdk.DescribeClustersInput{Clusters: make([]string, 101)})
	refused(t, err, "InvalidParameterException", "Clusters can have at most 100 items.")
}

func TestRegionsAndAccountsAreApart(t *testing.T) {
	s := newServer(t)
	s.createClusters(t, "shop")
	for _, other := range []*sdk.Client{clientOf(s.url, "us-east-1", testAccount), clientOf(s.url, testRegion, "111111111111")} {
		out := must[*sdk.ListClustersOutput](t)(other.ListClusters(ctx, &sdk.ListClustersInput{}))
		if len(out.ClusterArns) != 1 || !strings.HasSuffix(out.ClusterArns[0], "cluster/default") {
			t.Errorf("got %v", out.ClusterArns)
		}
	}
}

func TestUpdateCluster(t *testing.T) {
	s := newServer(t)
	s.createClusters(t, "shop")
	name := aws.String("shop")
	updated := must[*sdk.UpdateClusterOutput](t)(s.UpdateCluster(ctx, &sdk.UpdateClusterInput{
		Cluster:                name,
		Settings:               []types.ClusterSetting{{Name: "containerInsights", Value: aws.String("enhanced")}},
		Configuration:          &types.ClusterConfiguration{ExecuteCommandConfiguration: &types.ExecuteCommandConfiguration{Logging: types.ExecuteCommandLoggingNone}},
		ServiceConnectDefaults: &types.ClusterServiceConnectDefaultsRequest{Namespace: aws.String("internal")},
	})).Cluster
	if *updated.Settings[0].Value != "enhanced" || updated.Configuration.ExecuteCommandConfiguration.Logging != types.ExecuteCommandLoggingNone ||
		!strings.HasPrefix(*updated.ServiceConnectDefaults.Namespace, "arn:aws:servicediscovery:eu-west-1:123456789012:namespace/ns-") {
		t.Errorf("got %+v", updated)
	}
	settled := must[*sdk.UpdateClusterSettingsOutput](t)(s.UpdateClusterSettings(ctx, &sdk.UpdateClusterSettingsInput{
		Cluster: name, Settings: []types.ClusterSetting{{Name: "containerInsights", Value: aws.String("disabled")}},
	})).Cluster
	if *settled.Settings[0].Value != "disabled" || settled.Configuration == nil || settled.ServiceConnectDefaults == nil {
		t.Errorf("only the setting changes: %+v", settled)
	}
	must[*sdk.UpdateClusterOutput](t)(s.UpdateCluster(ctx, &sdk.UpdateClusterInput{
		Cluster: name, ServiceConnectDefaults: &types.ClusterServiceConnectDefaultsRequest{Namespace: aws.String("")},
	}))
	if c := s.describeCluster(t, "shop"); c.ServiceConnectDefaults != nil {
		t.Errorf("an empty namespace removes the default: %+v", c)
	}
	_, err := s.UpdateCluster(ctx, &sdk.UpdateClusterInput{
		Cluster: name, ServiceConnectDefaults: &types.ClusterServiceConnectDefaultsRequest{Namespace: aws.String("arn:aws:servicediscovery:eu-west-1:123456789012:namespace/ns-1")},
	})
	refused(t, err, "NamespaceNotFoundException", "Failed to retrieve namespace for arn:aws:servicediscovery:eu-west-1:123456789012:namespace/ns-1")
	_, err = s.UpdateCluster(ctx, &sdk.UpdateClusterInput{Cluster: aws.String("nope")})
	refused(t, err, "ClusterNotFoundException", "Cluster not found.")
}

func TestDeleteClusterOnlyWhenEmpty(t *testing.T) {
	s := newServer(t)
	must[*sdk.CreateClusterOutput](t)(s.CreateCluster(ctx, &sdk.CreateClusterInput{ClusterName: aws.String("shop"), Tags: tag("a", "b")}))
	remove := func() (*sdk.DeleteClusterOutput, error) {
		return s.DeleteCluster(ctx, &sdk.DeleteClusterInput{Cluster: aws.String("shop")})
	}
	var task *state.Task
	s.update(t, func(tx *store.Tx) {
		task = addTask(tx, "shop", "1", state.Stopping, ourtypes.LaunchTypeFargate)
		state.PutService(tx, newService("shop", "web"))
	})
	_, err := remove()
	refused(t, err, "ClusterContainsServicesException", "The Cluster cannot be deleted while Services are active.")

	service := newService("shop", "web")
	service.DeletedAt = time.Now()
	s.update(t, func(tx *store.Tx) { state.PutService(tx, service) })
	_, err = remove()
	refused(t, err, "ClusterContainsTasksException", "The Cluster cannot be deleted while Tasks are active.")

	s.agentStops(t, task.ARN)
	deleted := must[*sdk.DeleteClusterOutput](t)(remove()).Cluster
	if *deleted.Status != "INACTIVE" {
		t.Errorf("got %+v", deleted)
	}
	if c := s.describeCluster(t, "shop", types.ClusterField("").Values()...); *c.Status != "INACTIVE" || len(c.Settings) != 1 || len(c.Tags) != 1 {
		t.Errorf("got %+v", c)
	}
	list := must[*sdk.ListClustersOutput](t)(s.ListClusters(ctx, &sdk.ListClustersInput{}))
	if len(list.ClusterArns) != 1 {
		t.Errorf("an INACTIVE cluster is not listed: %v", list.ClusterArns)
	}
	if again := must[*sdk.DeleteClusterOutput](t)(remove()).Cluster; *again.Status != "INACTIVE" {
		t.Errorf("got %+v", again)
	}

	s.createClusters(t, "shop")
	if c := s.describeCluster(t, "shop", types.ClusterFieldTags); *c.Status != "ACTIVE" || len(c.Tags) != 0 {
		t.Errorf("the name is free for a new cluster: %+v", c)
	}
	if left := state.FindTask(s.store.Read(), task.ARN); left != nil {
		t.Error("a task of the deleted cluster is back in the new one")
	}
}
