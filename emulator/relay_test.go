package emulator_test

import (
	"context"
	"io"
	"net"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
	"github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/ssm"
	"github.com/aws/aws-sdk-go-v2/service/sts"
	"github.com/google/go-cmp/cmp"

	"github.com/ecs-emulator/ecs-emulator/backend"
	"github.com/ecs-emulator/ecs-emulator/backend/sim"
	"github.com/ecs-emulator/ecs-emulator/emulator"
)

// relaying is an engine from whose containers connections come, and which notes their
// environment.
type relaying struct {
	backend.Engine
	listener net.Listener
	listens  bool

	mu  sync.Mutex
	env []string
}

func newRelaying(t *testing.T) *relaying {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	return &relaying{Engine: sim.New(sim.Options{}), listener: l}
}

func (r *relaying) Listen() net.Listener {
	r.listens = true
	return r.listener
}

func (r *relaying) PublishedPorts(context.Context) (tcp, udp []uint16, err error) {
	return nil, nil, nil
}

func (r *relaying) SetPublished(context.Context, []backend.PortForward) error { return nil }

func (r *relaying) Create(ctx context.Context, spec backend.ContainerSpec) (string, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.env = spec.Env
	return r.Engine.Create(ctx, spec)
}

// environment is the environment of the container that was made last.
func (r *relaying) environment() []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Clone(r.env)
}

// endpoints are the endpoints of the variables of the container that was made last.
func (r *relaying) endpoints() (variables []string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, v := range r.env {
		if strings.HasPrefix(v, "AWS_ENDPOINT_URL") {
			variables = append(variables, v)
		}
	}
	return variables
}

func TestTasksGetAtTheAPIs(t *testing.T) {
	engine := newRelaying(t)
	w := start(t, emulator.Options{Backend: engine, InjectEndpoint: true})
	for _, c := range []struct {
		name, host, origin string
		want               int
	}{
		{"a task", "ecs-emulator:4577", "", http.StatusOK},
		{"a name that a web page may have", "shop.example.com:4577", "", http.StatusForbidden},
		{"a web page", "ecs-emulator:4577", "http://shop.example.com", http.StatusForbidden},
	} {
		request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, "http://"+engine.listener.Addr().String()+"/", strings.NewReader("{}"))
		if err != nil {
			t.Fatal(err)
		}
		request.Host = c.host
		request.Header.Set("X-Amz-Target", "AmazonEC2ContainerServiceV20141113.ListTasks")
		if c.origin != "" {
			request.Header.Set("Origin", c.origin)
		}
		answer, err := http.DefaultClient.Do(request)
		if err != nil {
			t.Fatal(err)
		}
		body, _ := io.ReadAll(answer.Body)
		answer.Body.Close()
		if answer.StatusCode != c.want {
			t.Errorf("%s gets %d %s, want %d", c.name, answer.StatusCode, body, c.want)
		}
	}

	out, err := w.client.RegisterTaskDefinition(t.Context(), &ecs.RegisterTaskDefinitionInput{
		Family: aws.String("web"), NetworkMode: types.NetworkModeAwsvpc, Cpu: aws.String("256"), Memory: aws.String("512"),
		ContainerDefinitions: []types.ContainerDefinition{{Name: aws.String("app"), Image: aws.String("app")}},
	})
	w.must(err)
	id := w.runTask(*out.TaskDefinition.TaskDefinitionArn)
	w.eventually("it runs", func() bool { return *w.task(id).LastStatus == "RUNNING" })
	variables := engine.endpoints()
	want := []string{
		"AWS_ENDPOINT_URL_ACM=http://ecs-emulator:4577", "AWS_ENDPOINT_URL_APPLICATION_AUTO_SCALING=http://ecs-emulator:4577", "AWS_ENDPOINT_URL_AUTO_SCALING=http://ecs-emulator:4577",
		"AWS_ENDPOINT_URL_CLOUDFORMATION=http://ecs-emulator:4577",
		"AWS_ENDPOINT_URL_CLOUDWATCH=http://ecs-emulator:4577", "AWS_ENDPOINT_URL_CLOUDWATCH_LOGS=http://ecs-emulator:4577", "AWS_ENDPOINT_URL_CODEDEPLOY=http://ecs-emulator:4577",
		"AWS_ENDPOINT_URL_EC2=http://ecs-emulator:4577",
		"AWS_ENDPOINT_URL_ECR=http://ecs-emulator:4577", "AWS_ENDPOINT_URL_ECS=http://ecs-emulator:4577", "AWS_ENDPOINT_URL_ELASTIC_LOAD_BALANCING_V2=http://ecs-emulator:4577", "AWS_ENDPOINT_URL_EVENTBRIDGE=http://ecs-emulator:4577",
		"AWS_ENDPOINT_URL_IAM=http://ecs-emulator:4577", "AWS_ENDPOINT_URL_RESOURCE_GROUPS_TAGGING_API=http://ecs-emulator:4577", "AWS_ENDPOINT_URL_SCHEDULER=http://ecs-emulator:4577", "AWS_ENDPOINT_URL_SECRETS_MANAGER=http://ecs-emulator:4577",
		"AWS_ENDPOINT_URL_SERVICEDISCOVERY=http://ecs-emulator:4577",
		"AWS_ENDPOINT_URL_SSM=http://ecs-emulator:4577", "AWS_ENDPOINT_URL_STS=http://ecs-emulator:4577",
	}
	if diff := cmp.Diff(want, slices.Sorted(slices.Values(variables))); diff != "" {
		t.Errorf("variables of a container (-want +got):\n%s", diff)
	}
	if o := w.task(id).Overrides; len(o.ContainerOverrides) != 1 || len(o.ContainerOverrides[0].Environment) > 0 {
		t.Errorf("DescribeTasks shows them: %+v", o)
	}
	heeded(t, variables)

	w.must(w.srv.Close())
	if conn, err := net.Dial("tcp", engine.listener.Addr().String()); err == nil {
		conn.Close()
		t.Error("tasks still get at the APIs of an emulator that is closed")
	}
}

// heeded shows that the SDK's clients take the variables for theirs.
func heeded(t *testing.T, variables []string) {
	t.Helper()
	for _, v := range variables {
		name, value, _ := strings.Cut(v, "=")
		t.Setenv(name, value)
	}
	settings, err := config.LoadDefaultConfig(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for name, endpoint := range map[string]*string{
		"ecs": ecs.NewFromConfig(settings).Options().BaseEndpoint, "ec2": ec2.NewFromConfig(settings).Options().BaseEndpoint,
		"sts": sts.NewFromConfig(settings).Options().BaseEndpoint, "ssm": ssm.NewFromConfig(settings).Options().BaseEndpoint,
		"iam":         iam.NewFromConfig(settings).Options().BaseEndpoint,
		"autoscaling": autoscaling.NewFromConfig(settings).Options().BaseEndpoint,
		"elbv2":       elasticloadbalancingv2.NewFromConfig(settings).Options().BaseEndpoint,
	} {
		if aws.ToString(endpoint) != "http://ecs-emulator:4577" {
			t.Errorf("the client of %s goes to %q", name, aws.ToString(endpoint))
		}
	}
}

func TestTasksDoNotGetAtTheAPIsOtherwise(t *testing.T) {
	t.Parallel()
	engine := newRelaying(t)
	defer engine.listener.Close()
	w := start(t, emulator.Options{Backend: engine})
	out, err := w.client.RegisterTaskDefinition(t.Context(), &ecs.RegisterTaskDefinitionInput{
		Family: aws.String("web"), NetworkMode: types.NetworkModeAwsvpc, Cpu: aws.String("256"), Memory: aws.String("512"),
		ContainerDefinitions: []types.ContainerDefinition{{Name: aws.String("app"), Image: aws.String("app")}},
	})
	w.must(err)
	id := w.runTask(*out.TaskDefinition.TaskDefinitionArn)
	w.eventually("it runs", func() bool { return *w.task(id).LastStatus == "RUNNING" })
	if variables := engine.endpoints(); len(variables) > 0 || engine.listens {
		t.Errorf("a container has %q, and it is listened for connections: %v", variables, engine.listens)
	}
}
