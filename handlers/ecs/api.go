// Package ecs is the ECS control plane: each operation is a method with the
// signature of the SDK client's, in a file named after its resource.
//
// A handler validates, resolves names and writes what is wanted into the store in
// one transaction. It never waits for a task and never calls a controller: those
// make it true and write the result, which Describe then reads.
package ecs

import (
	"context"
	"strings"
	"sync/atomic"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/emulator/arn"
	"github.com/ecs-emulator/ecs-emulator/emulator/state"
	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi"
)

// API answers ECS operations.
type API struct {
	store *state.Store
	now   func() time.Time
	opts  Options
	turns atomic.Uint32 // of RunTask's subnets
}

// Options configure the control plane.
type Options struct {
	Store *state.Store
	// Now is the emulator's clock.
	Now func() time.Time
	// DefaultLaunchType is used where a request names neither launch type nor
	// strategy and the cluster has no default strategy. Empty is EC2, as on AWS.
	DefaultLaunchType types.LaunchType
	// StrictVPC refuses subnets and security groups that do not exist; otherwise
	// those with well-formed ids are made up.
	StrictVPC bool
	// StrictRoles refuses roles that do not exist or do not trust ECS.
	StrictRoles bool
	// NoDefaultCluster makes no cluster that nobody asked for.
	NoDefaultCluster bool
}

// New makes the control plane.
func New(opts Options) *API { return &API{store: opts.Store, now: opts.Now, opts: opts} }

// defaultCluster is the cluster of requests that name none.
const defaultCluster = "default"

// scope is the account and region of a call. The first call in each makes the
// default cluster, with both Fargate capacity providers, because most local
// set-ups expect it. Source: that AWS makes it on first use is documented; that it
// comes with the providers is the emulator's convenience, without which it is an account
// where nobody has made it yet.
func (a *API) scope(ctx context.Context) (arn.Scope, error) {
	call := awsapi.FromContext(ctx)
	scope := arn.Scope{Region: call.Region, Account: call.Account}
	if a.opts.NoDefaultCluster || a.store.Read().Cluster(scope.Cluster(defaultCluster)) != nil {
		return scope, nil
	}
	return scope, a.store.Update(func(tx *state.Tx) error {
		if tx.Cluster(scope.Cluster(defaultCluster)) == nil {
			putDefaultCluster(tx, scope, a.now())
		}
		return nil
	})
}

// Reset removes everything. If withDefault, it makes the default clusters that there were
// anew, so that a request that has found its own before does not miss it afterwards.
func Reset(tx *state.Tx, now time.Time, withDefault bool) {
	before := tx.AllClusters()
	tx.Reset()
	for _, c := range before {
		if withDefault && c.Name == defaultCluster {
			putDefaultCluster(tx, arn.ScopeOf(c.ARN), now)
		}
	}
}

func putDefaultCluster(tx *state.Tx, scope arn.Scope, now time.Time) {
	tx.PutCluster(newDefaultCluster(scope, now))
	ensureRole(tx, scope, now)
}

func newDefaultCluster(scope arn.Scope, now time.Time) *state.Cluster {
	return &state.Cluster{
		ARN: scope.Cluster(defaultCluster), Name: defaultCluster, Status: state.ClusterActive, CreatedAt: now,
		Settings:          []types.ClusterSetting{{Name: types.ClusterSettingNameContainerInsights, Value: aws.String("disabled")}},
		CapacityProviders: []string{state.ProviderFargate, state.ProviderFargateSpot},
	}
}

// clusterARN turns a name or ARN into an ARN. An ARN of another account, partition or
// service stays as it is, so that nothing is found under it.
func clusterARN(scope arn.Scope, ref *string) (string, error) {
	name := aws.ToString(ref)
	if name == "" {
		name = defaultCluster
	}
	if !arn.Is(name) {
		if strings.ContainsAny(name, "/:") {
			return "", errSeparators
		}
		return scope.Cluster(name), nil
	}
	parsed, err := parseARN(scope, name, "cluster")
	if err != nil {
		return "", err
	}
	if len(parsed.Resource) != 1 {
		return "", errSeparators
	}
	return name, nil
}

// knownCluster returns the cluster that a request refers to, in any status, or ECS's
// error.
func knownCluster(tx *state.Tx, scope arn.Scope, ref *string) (*state.Cluster, error) {
	id, err := clusterARN(scope, ref)
	if err != nil {
		return nil, err
	}
	cluster := tx.Cluster(id)
	if cluster == nil || arn.ScopeOf(id) != scope {
		return nil, errClusterNotFound
	}
	return cluster, nil
}

// activeCluster is knownCluster for what INACTIVE clusters cannot do.
func activeCluster(tx *state.Tx, scope arn.Scope, ref *string) (*state.Cluster, error) {
	cluster, err := knownCluster(tx, scope, ref)
	if err == nil && !cluster.Active() {
		return nil, &types.ClusterNotFoundException{Message: aws.String("The referenced cluster was inactive.")}
	}
	return cluster, err
}

func invalidParameter(message string) error {
	return &types.InvalidParameterException{Message: aws.String(message)}
}

func clientError(message string) error {
	return &types.ClientException{Message: aws.String(message)}
}
