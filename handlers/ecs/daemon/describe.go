package daemon

import (
	"context"
	"errors"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/ecs-emulator/ecs-emulator/handlers/ecs/kit"
	"github.com/ecs-emulator/ecs-emulator/internal/base/arn"
	sdk "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs"
	"github.com/ecs-emulator/ecs-emulator/internal/base/sdk/ecs/types"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/daemon"
	"github.com/ecs-emulator/ecs-emulator/internal/ecs/state"
)

// DescribeDaemon shows a daemon that is not gone.
//
// Source: ECS API reference, DescribeDaemon; ECS0351.
func (a *API) DescribeDaemon(ctx context.Context, in *sdk.DescribeDaemonInput) (*sdk.DescribeDaemonOutput, error) {
	tx := a.Store.Read()
	d, err := find(tx, kit.Scope(ctx), in.DaemonArn)
	if err != nil {
		return nil, err
	}
	shown := &types.DaemonDetail{
		DaemonArn: &d.ARN, ClusterArn: aws.String(d.ClusterARN()), Status: d.Status(), DeploymentArn: &d.Deployment,
		CreatedAt: &d.CreatedAt, UpdatedAt: &d.UpdatedAt, CurrentRevisions: []types.DaemonRevisionDetail{},
	}
	for _, revision := range d.Current(tx) {
		shown.CurrentRevisions = append(shown.CurrentRevisions, current(tx, d, revision))
	}
	return &sdk.DescribeDaemonOutput{Daemon: shown}, nil
}

// current shows what a revision has on its capacity providers now.
func current(tx *store.Tx, d *daemon.Daemon, revision string) types.DaemonRevisionDetail {
	shown := types.DaemonRevisionDetail{Arn: &revision, CapacityProviders: []types.DaemonCapacityProvider{}}
	counts := daemon.Counts(tx, d.ARN, revision)
	for _, provider := range providersOf(tx, revision, counts) {
		c := counts[provider]
		running := int32(c.Running + c.RunningDraining)
		shown.CapacityProviders = append(shown.CapacityProviders, types.DaemonCapacityProvider{
			Arn: &provider, RunningCount: running, WithoutDaemonCount: int32(c.Without),
		})
		shown.TotalRunningCount += running
		shown.TotalWithoutDaemonCount += int32(c.Without)
	}
	return shown
}

// providersOf are the capacity providers of a revision, in order of the request, and others on which it still is.
func providersOf(tx *store.Tx, revision string, counts map[string]daemon.Count) (providers []string) {
	if r := daemon.FindRevision(tx, revision); r != nil {
		providers = slices.Clone(r.Providers)
	}
	var others []string
	for provider := range counts {
		if !slices.Contains(providers, provider) {
			others = append(others, provider)
		}
	}
	slices.Sort(others)
	return append(providers, others...)
}

// ListDaemons lists the daemons of a cluster, by name.
//
// Source: ECS API reference, ListDaemons.
func (a *API) ListDaemons(ctx context.Context, in *sdk.ListDaemonsInput) (*sdk.ListDaemonsOutput, error) {
	c, err := a.ReadIn(ctx, in.ClusterArn)
	if err != nil {
		return nil, err
	}
	rows := slices.DeleteFunc(daemon.List(c.Tx, c.Scope, c.Cluster.Name), func(d *daemon.Daemon) bool {
		return len(in.CapacityProviderArns) > 0 && !onAny(c.Tx, d, in.CapacityProviderArns)
	})
	rows, next, err := kit.Page(rows, func(d *daemon.Daemon) string { return d.ARN }, kit.PageQuery{
		Operation: "ListDaemons", Scope: c.Scope, Filters: append([]string{c.Cluster.Name}, in.CapacityProviderArns...),
		Size: kit.Sized(in.MaxResults), Token: aws.ToString(in.NextToken),
	})
	if err != nil {
		return nil, err
	}
	out := &sdk.ListDaemonsOutput{DaemonSummariesList: make([]types.DaemonSummary, len(rows)), NextToken: next}
	for i, d := range rows {
		out.DaemonSummariesList[i] = types.DaemonSummary{DaemonArn: &d.ARN, Status: d.Status(), CreatedAt: &d.CreatedAt, UpdatedAt: &d.UpdatedAt}
	}
	return out, nil
}

// onAny reports whether a daemon is on one of some capacity providers, or is about to be.
func onAny(tx *store.Tx, d *daemon.Daemon, providers []string) bool {
	on := func(revision string) bool {
		r := daemon.FindRevision(tx, revision)
		return r != nil && slices.ContainsFunc(providers, r.On)
	}
	return slices.ContainsFunc(d.Current(tx), on)
}

// DescribeDaemonRevisions shows revisions, with the digests of images that have run (ECS0427); those that are unknown are failures with
// the reason MISSING.
//
// Source: ECS API reference, DescribeDaemonRevisions.
func (a *API) DescribeDaemonRevisions(ctx context.Context, in *sdk.DescribeDaemonRevisionsInput) (*sdk.DescribeDaemonRevisionsOutput, error) {
	if err := checkRefs(ctx, "daemon-revision", "DaemonRevision", in.DaemonRevisionArns); err != nil {
		return nil, err
	}
	tx := a.Store.Read()
	out := &sdk.DescribeDaemonRevisionsOutput{Failures: []types.Failure{}, DaemonRevisions: []types.DaemonRevision{}}
	for _, ref := range in.DaemonRevisionArns {
		r := daemon.FindRevision(tx, ref)
		if r == nil {
			out.Failures = append(out.Failures, kit.Missing(ref))
			continue
		}
		cluster, _ := kit.Within(r.ARN, "daemon")
		shown := types.DaemonRevision{
			DaemonRevisionArn: &r.ARN, DaemonArn: &r.Daemon, ClusterArn: &cluster, DaemonTaskDefinitionArn: &r.TaskDefinition,
			CreatedAt: &r.CreatedAt, Critical: &r.Critical, EnableECSManagedTags: &r.ManagedTags, EnableExecuteCommand: &r.Exec,
			PropagateTags: r.PropagateTags, ContainerImages: []types.DaemonContainerImage{},
		}
		if def := daemon.FindDefinition(tx, r.TaskDefinition); def != nil {
			digests := daemon.Digests(tx, r.ARN)
			for _, c := range def.Shown.ContainerDefinitions {
				image := types.DaemonContainerImage{ContainerName: c.Name, Image: c.Image}
				if digest := digests[aws.ToString(c.Name)]; digest != "" {
					image.ImageDigest = &digest
				}
				shown.ContainerImages = append(shown.ContainerImages, image)
			}
		}
		out.DaemonRevisions = append(out.DaemonRevisions, shown)
	}
	return out, nil
}

// DescribeDaemonDeployments shows deployments; those that are unknown are failures with the reason MISSING.
//
// Source: ECS API reference, DescribeDaemonDeployments.
func (a *API) DescribeDaemonDeployments(ctx context.Context, in *sdk.DescribeDaemonDeploymentsInput) (*sdk.DescribeDaemonDeploymentsOutput, error) {
	if err := checkRefs(ctx, "daemon-deployment", "DaemonDeployment", in.DaemonDeploymentArns); err != nil {
		return nil, err
	}
	tx := a.Store.Read()
	out := &sdk.DescribeDaemonDeploymentsOutput{Failures: []types.Failure{}, DaemonDeployments: []types.DaemonDeployment{}}
	for _, ref := range in.DaemonDeploymentArns {
		if d := daemon.FindDeployment(tx, ref); d != nil {
			out.DaemonDeployments = append(out.DaemonDeployments, deployment(tx, d))
		} else {
			out.Failures = append(out.Failures, kit.Missing(ref))
		}
	}
	return out, nil
}

// deployment shows a deployment. The one of a deletion has no target revision: a choice, as AWS's is not published.
func deployment(tx *store.Tx, d *daemon.Deployment) types.DaemonDeployment {
	r := d.RolloutOf(tx)
	cluster, _ := kit.Within(d.ARN, "daemon")
	shown := types.DaemonDeployment{
		DaemonDeploymentArn: &d.ARN, ClusterArn: &cluster, CreatedAt: &d.CreatedAt, Status: r.Status, StatusReason: kit.Optional(&r.Reason),
		StartedAt: kit.Instant(&r.StartedAt), StoppedAt: kit.Instant(&r.StoppedAt), FinishedAt: kit.Instant(&r.FinishedAt),
		DeploymentConfiguration: &d.Configuration, Alarms: alarms(d, r), CircuitBreaker: breaker(r),
		SourceDaemonRevisions: []types.DaemonDeploymentRevisionDetail{},
	}
	if d.Target != "" {
		shown.TargetDaemonRevision = deployed(tx, d, r, d.Target)
	}
	for _, source := range d.Sources {
		shown.SourceDaemonRevisions = append(shown.SourceDaemonRevisions, *deployed(tx, d, r, source))
	}
	if b := r.Back; b != nil {
		shown.Rollback = &types.DaemonRollback{
			Reason: &b.Reason, StartedAt: kit.Instant(&b.At), RollbackTargetDaemonRevisionArn: kit.Optional(&b.Revision), RollbackCapacityProviders: b.Providers,
		}
	}
	return shown
}

// deployed shows what a revision has in a deployment: now, or at its end.
func deployed(tx *store.Tx, d *daemon.Deployment, r *daemon.Rollout, revision string) *types.DaemonDeploymentRevisionDetail {
	counts := map[string]daemon.Count{}
	if daemon.Ended(r.Status) {
		for _, c := range r.Counts {
			if c.Revision == revision {
				counts[c.Provider] = c
			}
		}
	} else {
		counts = daemon.Counts(tx, d.Daemon, revision)
	}
	shown := &types.DaemonDeploymentRevisionDetail{
		Arn: &revision, CapacityProviders: []types.DaemonDeploymentCapacityProvider{},
		TotalDrainingInstanceCount: new(int32), TotalRunningInstanceCount: new(int32), TotalWithoutDaemonInstanceCount: new(int32),
	}
	for _, provider := range providersOf(tx, revision, counts) {
		c := counts[provider]
		shown.CapacityProviders = append(shown.CapacityProviders, types.DaemonDeploymentCapacityProvider{
			Arn: &provider, DrainingInstanceCount: aws.Int32(int32(c.Draining)), RunningInstanceCount: aws.Int32(int32(c.Running)),
			WithoutDaemonInstanceCount: aws.Int32(int32(c.Without)),
		})
		*shown.TotalDrainingInstanceCount += int32(c.Draining)
		*shown.TotalRunningInstanceCount += int32(c.Running)
		*shown.TotalWithoutDaemonInstanceCount += int32(c.Without)
	}
	return shown
}

// monitors is the status of what watches a deployment.
func monitors(r *daemon.Rollout, triggered bool) types.DaemonDeploymentRollbackMonitorsStatus {
	switch {
	case triggered:
		return types.DaemonDeploymentRollbackMonitorsStatusTriggered
	case daemon.Ended(r.Status):
		return types.DaemonDeploymentRollbackMonitorsStatusMonitoringComplete
	}
	return types.DaemonDeploymentRollbackMonitorsStatusMonitoring
}

func breaker(r *daemon.Rollout) *types.DaemonCircuitBreaker {
	return &types.DaemonCircuitBreaker{
		FailureCount: int32(r.Failures), Threshold: int32(r.Threshold), Status: monitors(r, r.Threshold > 0 && r.Failures >= r.Threshold),
	}
}

func alarms(d *daemon.Deployment, r *daemon.Rollout) *types.DaemonDeploymentAlarms {
	asked := d.Configuration.Alarms
	if asked == nil || !asked.Enable {
		return &types.DaemonDeploymentAlarms{Status: types.DaemonDeploymentRollbackMonitorsStatusDisabled}
	}
	return &types.DaemonDeploymentAlarms{AlarmNames: asked.AlarmNames, Status: monitors(r, len(r.Triggered) > 0), TriggeredAlarmNames: r.Triggered}
}

// deploymentPage is how many deployments a page has without maxResults. Source: ECS API reference, ListDaemonDeployments.
const deploymentPage = 20

// errNotListed is the answer of ListDaemonDeployments for a daemon that is not there: the operation has no exception for that, and an
// identifier that is not valid is a ClientException. Source: ECS API reference, ClientException; that it is this one is a choice (ECS0400).
var errNotListed = kit.ClientError("Daemon not found.")

// ListDaemonDeployments lists the deployments of a daemon, the newest first: a choice, as of service deployments.
//
// Source: ECS API reference, ListDaemonDeployments.
func (a *API) ListDaemonDeployments(ctx context.Context, in *sdk.ListDaemonDeploymentsInput) (*sdk.ListDaemonDeploymentsOutput, error) {
	tx, scope := a.Store.Read(), kit.Scope(ctx)
	d, err := find(tx, scope, in.DaemonArn)
	if errors.Is(err, errNotFound) {
		if cluster, _ := kit.Within(*in.DaemonArn, "daemon"); !state.Clusters.Get(tx, cluster).Active() {
			return nil, kit.ErrClusterNotFound
		}
		return nil, errNotListed
	}
	if err != nil {
		return nil, err
	}
	rows := slices.DeleteFunc(daemon.Deployments(tx, d.ARN), func(each *daemon.Deployment) bool {
		return len(in.Status) > 0 && !slices.Contains(in.Status, each.RolloutOf(tx).Status) || outside(each, in.CreatedAt)
	})
	filters := []string{d.ARN}
	for _, s := range in.Status {
		filters = append(filters, string(s))
	}
	if c := in.CreatedAt; c != nil {
		filters = append(filters, aws.ToTime(c.After).String(), aws.ToTime(c.Before).String())
	}
	rows, next, err := kit.Page(rows, func(each *daemon.Deployment) string { return each.Age() }, kit.PageQuery{
		Operation: "ListDaemonDeployments", Scope: scope, Descending: true, Filters: filters,
		Size: kit.Sized(in.MaxResults), Default: deploymentPage, Token: aws.ToString(in.NextToken),
	})
	if err != nil {
		return nil, err
	}
	out := &sdk.ListDaemonDeploymentsOutput{DaemonDeployments: make([]types.DaemonDeploymentSummary, len(rows)), NextToken: next}
	for i, each := range rows {
		r := each.RolloutOf(tx)
		out.DaemonDeployments[i] = types.DaemonDeploymentSummary{
			DaemonDeploymentArn: &each.ARN, DaemonArn: &d.ARN, ClusterArn: aws.String(d.ClusterARN()), CreatedAt: &each.CreatedAt,
			StartedAt: kit.Instant(&r.StartedAt), StoppedAt: kit.Instant(&r.StoppedAt), FinishedAt: kit.Instant(&r.FinishedAt),
			Status: r.Status, StatusReason: kit.Optional(&r.Reason), TargetDaemonRevisionArn: kit.Optional(&each.Target),
		}
	}
	return out, nil
}

func outside(d *daemon.Deployment, c *types.CreatedAt) bool {
	return c != nil && (c.After != nil && d.CreatedAt.Before(*c.After) || c.Before != nil && d.CreatedAt.After(*c.Before))
}

// mostDescribed is how many ARNs a call may name. Source: ECS API reference. The words are by analogy with service deployments.
const mostDescribed = 20

func checkRefs(ctx context.Context, kind, word string, refs []string) error {
	scope := kit.Scope(ctx)
	switch n := len(refs); {
	case n == 0:
		return kit.InvalidParameter(word + " ARNs cannot be empty.")
	case n > mostDescribed:
		return kit.InvalidParameter(word + " ARN count cannot exceed 20")
	}
	for _, ref := range refs {
		if !isPart(scope, kind, ref) {
			return kit.InvalidParameter("The " + word + " ARN is invalid.")
		}
	}
	return nil
}

// isPart reports whether an ARN is of a deployment or revision in a scope.
func isPart(scope arn.Scope, kind, ref string) bool {
	parsed, ok := arn.Parse(ref)
	return ok && scope.Owns(parsed) && parsed.Type == kind && len(parsed.Resource) == 3
}
