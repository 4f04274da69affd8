package check

import (
	"bytes"
	"cmp"
	"encoding/json"
	"log/slog"
	"net/http"
	"time"

	elb "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2/types"
	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi"
	"github.com/ecs-emulator/ecs-emulator/handlers/ecs"
	"github.com/ecs-emulator/ecs-emulator/handlers/ecs/kit"
	"github.com/ecs-emulator/ecs-emulator/handlers/ecs/launch"
	"github.com/ecs-emulator/ecs-emulator/handlers/ecs/service"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/autoscaling"
	"github.com/ecs-emulator/ecs-emulator/internal/aws/ecr"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

// refusal is an answer of the API.
type refusal struct {
	code, message string
	earlier       bool // of a call that makes the world, not of the request itself
}

// world is what a request finds: of what it refers to, everything is there.
type world struct {
	earlier  []call // that make its task definition, and the service that it updates
	cluster  string // empty for default
	strategy []types.CapacityProviderStrategyItem
	// resources are those that requests name; target groups have a load balancer.
	resources   []service.Resource
	targetType  elb.TargetTypeEnum
	targetTypes map[string]elb.TargetTypeEnum // of target groups that have another one
	groups      []*autoscaling.Group
	// providers are names of capacity providers of Auto Scaling groups, which the cluster has if they
	// are associated.
	providers  []string
	associated bool
}

// registry are the hosts of the registry of an emulator without flags.
var registry = []string{"127.0.0.1:4577", "localhost:4577"}

// ask makes a request of the API, which has an empty store but for the world, and no engine.
func (o Options) ask(w world, operation string, body []byte) *refusal {
	rows, err := state.Open(store.Options{})
	if err != nil {
		panic("open a store in memory: " + err.Error())
	}
	defer rows.Close()
	api := ecs.New(ecs.Options{
		Base: kit.Base{Store: rows, Now: time.Now},
		Rules: launch.Rules{
			DefaultLaunchType: o.DefaultLaunchType, HostPaths: o.HostPaths, FileSystems: o.FileSystems, AllowPrivileged: o.AllowPrivileged,
		},
		InRegistry: func(image string) bool { return ecr.IsAt(registry, image) },
	})
	handler := api.Service().Handler(awsapi.Options{Region: scope.Region, Account: scope.Account, Logger: slog.New(slog.DiscardHandler)})
	err = rows.Update(func(tx *store.Tx) error {
		w.write(tx)
		return nil
	})
	if err != nil {
		panic("write to a store in memory: " + err.Error())
	}
	for _, each := range w.earlier {
		if refused := each.refused(handler); refused != nil {
			refused.earlier = true
			return refused
		}
	}
	if err := rows.Update(completeDeployments); err != nil {
		panic("write to a store in memory: " + err.Error())
	}
	return call{operation, body}.refused(handler)
}

// write makes the cluster with a container instance, the capacity providers and the resources.
func (w world) write(tx *store.Tx) {
	now := time.Now()
	c := state.NewDefaultCluster(scope, now)
	if w.cluster != "" {
		c.Name, c.ARN = w.cluster, scope.Cluster(w.cluster)
	}
	c.DefaultCapacityProviderStrategy = w.strategy
	if w.associated {
		c.CapacityProviders = append(c.CapacityProviders, w.providers...)
	}
	w.writeProviders(tx, now)
	for i, r := range w.resources {
		if write := resourceWriters[r.Type]; write != nil {
			write(resourceIn{tx, c, i, r.ID, cmp.Or(w.targetTypes[r.ID], w.targetType)})
		}
	}
	state.Clusters.Put(tx, c)
	for id, launchType := range map[string]types.LaunchType{"i-0": types.LaunchTypeEc2, "mi-0": types.LaunchTypeExternal} {
		state.PutContainerInstance(tx, &state.ContainerInstance{
			ARN: scope.ContainerInstance(c.Name, id), EC2InstanceID: id, LaunchType: launchType, Status: "ACTIVE", AgentConnected: true, RegisteredAt: now,
		}, now)
	}
}

// call is an operation with its input.
type call struct {
	operation string
	input     []byte
}

func (c call) refused(handler http.Handler) *refusal {
	request, err := http.NewRequest(http.MethodPost, "http://check/", bytes.NewReader(c.input))
	if err != nil {
		panic("make a request: " + err.Error())
	}
	request.Header.Set("Content-Type", "application/x-amz-json-1.1")
	request.Header.Set("X-Amz-Target", ecs.TargetPrefix+"."+c.operation)
	a := &answer{header: http.Header{}}
	handler.ServeHTTP(a, request)
	if a.status/100 == 2 {
		return nil
	}
	var exception struct {
		Type    string `json:"__type"`
		Message string `json:"message"`
	}
	if err := json.Unmarshal(a.body.Bytes(), &exception); err != nil {
		return &refusal{code: "InternalFailure", message: a.body.String()}
	}
	return &refusal{code: exception.Type, message: exception.Message}
}

// answer is the answer to a request that no network carries.
type answer struct {
	header http.Header
	status int
	body   bytes.Buffer
}

func (a *answer) Header() http.Header { return a.header }

func (a *answer) WriteHeader(status int) {
	if a.status == 0 {
		a.status = status
	}
}

func (a *answer) Write(text []byte) (int, error) {
	a.WriteHeader(http.StatusOK)
	return a.body.Write(text)
}
