package codedeploy_test

import (
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/codedeploy"
	"github.com/aws/aws-sdk-go-v2/service/codedeploy/types"

	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi/apitest"
	"github.com/ecs-emulator/ecs-emulator/handlers/codedeploy"
	rows "github.com/ecs-emulator/ecs-emulator/internal/aws/codedeploy"
	ourtypes "github.com/ecs-emulator/ecs-emulator/internal/base/sdk/codedeploy/types"
	"github.com/ecs-emulator/ecs-emulator/internal/base/store"
)

//lint:file-ignore SA1019 AWS still answers the deprecated operations and revisions of type String.

// deploy creates a deployment to the group web, and returns its id.
func (s *scene) deploy(r *types.RevisionLocation) string {
	s.T.Helper()
	s.Now = s.Now.Add(time.Second)
	return *apitest.OK(s.T, s.CreateDeployment, &sdk.CreateDeploymentInput{ApplicationName: aws.String("shop"), DeploymentGroupName: aws.String("web"), Revision: r}).DeploymentId
}

// run writes what has become of a deployment, as its controller does.
func (s *scene) run(id string, change func(r *rows.Run)) {
	s.T.Helper()
	if err := s.Store.Update(func(tx *store.Tx) error {
		r := &rows.Run{ID: id, Status: ourtypes.DeploymentStatusInProgress, StartedAt: s.Now}
		if was := rows.FindRun(tx, id); was != nil {
			*r = *was
		}
		change(r)
		if r.Ended() {
			r.FinishedAt = s.Now
		}
		rows.PutRun(tx, r)
		return nil
	}); err != nil {
		s.T.Fatal(err)
	}
}

func (s *scene) info(id string) *types.DeploymentInfo {
	s.T.Helper()
	return apitest.OK(s.T, s.GetDeployment, &sdk.GetDeploymentInput{DeploymentId: &id}).DeploymentInfo
}

// A deployment keeps what its group had when it was created, and shows what becomes of it.
func TestDeployments(t *testing.T) {
	s := newScene(t)
	s.group()
	id := s.deploy(content(file))
	got := s.info(id)
	if got.Status != types.DeploymentStatusCreated || got.Creator != types.DeploymentCreatorUser || got.ComputePlatform != types.ComputePlatformEcs || *got.ApplicationName != "shop" ||
		*got.DeploymentConfigName != "CodeDeployDefault.ECSAllAtOnce" || !got.CreateTime.Equal(s.Now) || got.DeploymentOverview.Pending != 1 || got.StartTime != nil ||
		*got.Revision.AppSpecContent.Content != file || got.BlueGreenDeploymentConfiguration.DeploymentReadyOption == nil {
		t.Errorf("%+v", got)
	}
	apitest.OK(t, s.UpdateDeploymentGroup, &sdk.UpdateDeploymentGroupInput{
		ApplicationName: aws.String("shop"), CurrentDeploymentGroupName: aws.String("web"), NewDeploymentGroupName: aws.String("site"),
		DeploymentConfigName: aws.String("CodeDeployDefault.ECSCanary10Percent5Minutes"),
	})
	s.run(id, func(r *rows.Run) { r.Status = ourtypes.DeploymentStatusSucceeded })
	got = s.info(id)
	if *got.DeploymentGroupName != "site" || *got.DeploymentConfigName != "CodeDeployDefault.ECSAllAtOnce" || got.Status != types.DeploymentStatusSucceeded ||
		!got.CompleteTime.Equal(s.Now) || got.DeploymentOverview.Succeeded != 1 {
		t.Errorf("%+v", got)
	}
	group := apitest.OK(t, s.GetDeploymentGroup, &sdk.GetDeploymentGroupInput{ApplicationName: aws.String("shop"), DeploymentGroupName: aws.String("site")}).DeploymentGroupInfo
	if *group.LastSuccessfulDeployment.DeploymentId != id || group.LastAttemptedDeployment.Status != types.DeploymentStatusSucceeded || group.TargetRevision == nil {
		t.Errorf("%+v", group)
	}
	revision := apitest.OK(t, s.GetApplicationRevision, &sdk.GetApplicationRevisionInput{ApplicationName: aws.String("shop"), Revision: content(file)}).RevisionInfo
	if !slices.Equal(revision.DeploymentGroups, []string{"site"}) || !revision.FirstUsedTime.Equal(*got.CreateTime) {
		t.Errorf("%+v", revision)
	}
	next := apitest.OK(t, s.CreateDeployment, &sdk.CreateDeploymentInput{
		ApplicationName: aws.String("shop"), DeploymentGroupName: aws.String("site"), Revision: content("{}"), Description: aws.String("d"),
		AutoRollbackConfiguration: &types.AutoRollbackConfiguration{Enabled: true, Events: []types.AutoRollbackEvent{types.AutoRollbackEventDeploymentFailure}},
	}).DeploymentId
	if got := s.info(*next); *got.DeploymentConfigName != "CodeDeployDefault.ECSCanary10Percent5Minutes" || *got.PreviousRevision.AppSpecContent.Content != file ||
		*got.Description != "d" || !got.AutoRollbackConfiguration.Enabled {
		t.Errorf("%+v", got)
	}
	batch := apitest.OK(t, s.BatchGetDeployments, &sdk.BatchGetDeploymentsInput{DeploymentIds: []string{id, "d-000000000"}}).DeploymentsInfo
	if len(batch) != 1 || *batch[0].DeploymentId != id {
		t.Errorf("%+v", batch)
	}
	refused(t, s.BatchGetDeployments, &sdk.BatchGetDeploymentsInput{DeploymentIds: slices.Repeat([]string{id}, 26)}, "BatchLimitExceededException", "25")
	refused(t, s.GetDeployment, &sdk.GetDeploymentInput{DeploymentId: aws.String("d-000000000")}, "DeploymentDoesNotExistException", "d-000000000")
	refused(t, s.GetDeployment, &sdk.GetDeploymentInput{DeploymentId: aws.String("d-0")}, "InvalidDeploymentIdException", "d-0")
	refused(t, s.ListDeploymentInstances, &sdk.ListDeploymentInstancesInput{DeploymentId: &id}, "InvalidComputePlatformException", "")
	refused(t, s.SkipWaitTimeForInstanceTermination, &sdk.SkipWaitTimeForInstanceTerminationInput{DeploymentId: &id}, "UnsupportedActionForDeploymentTypeException", "ContinueDeployment")
}

// Of two that are created at once one is there (CD0009), until it has ended.
func TestOneDeploymentAtATime(t *testing.T) {
	s := newScene(t)
	s.group()
	in := &sdk.CreateDeploymentInput{ApplicationName: aws.String("shop"), DeploymentGroupName: aws.String("web"), Revision: content(file)}
	ids := make(chan string, 2)
	var both sync.WaitGroup
	for range 2 {
		both.Go(func() {
			if out, err := s.CreateDeployment(t.Context(), in); err == nil {
				ids <- *out.DeploymentId
			}
		})
	}
	both.Wait()
	if len(ids) != 1 {
		t.Fatalf("%d deployments were created", len(ids))
	}
	id := <-ids
	apitest.Refused(t, s.CreateDeployment, in, "DeploymentLimitExceededException", "The Deployment Group 'web' already has an active Deployment '"+id+"'")
	s.run(id, func(r *rows.Run) { r.Status = ourtypes.DeploymentStatusStopped })
	s.deploy(content(file))
}

func TestWhatCannotBeDeployed(t *testing.T) {
	s := newScene(t)
	s.group()
	s.application("functions", types.ComputePlatformLambda)
	apitest.OK(t, s.CreateDeploymentGroup, &sdk.CreateDeploymentGroupInput{ApplicationName: aws.String("functions"), DeploymentGroupName: aws.String("g"), ServiceRoleArn: aws.String(role)})
	in := func(change func(in *sdk.CreateDeploymentInput)) *sdk.CreateDeploymentInput {
		made := &sdk.CreateDeploymentInput{ApplicationName: aws.String("shop"), DeploymentGroupName: aws.String("web"), Revision: content(file)}
		change(made)
		return made
	}
	refused(t, s.CreateDeployment, in(func(in *sdk.CreateDeploymentInput) {
		in.ApplicationName, in.DeploymentGroupName = aws.String("functions"), aws.String("g")
	}), "NotImplementedException", "Lambda")
	refused(t, s.CreateDeployment, in(func(in *sdk.CreateDeploymentInput) { in.DeploymentGroupName = nil }), "DeploymentGroupNameRequiredException", "")
	refused(t, s.CreateDeployment, in(func(in *sdk.CreateDeploymentInput) { in.DeploymentConfigName = aws.String("no") }), "DeploymentConfigDoesNotExistException", "no")
	refused(t, s.CreateDeployment, in(func(in *sdk.CreateDeploymentInput) { in.TargetInstances = &types.TargetInstances{} }), "InvalidTargetInstancesException", "")
	refused(t, s.CreateDeployment, in(func(in *sdk.CreateDeploymentInput) { in.IgnoreApplicationStopFailures = true }), "InvalidIgnoreApplicationStopFailuresValueException", "")
	refused(t, s.CreateDeployment, in(func(in *sdk.CreateDeploymentInput) { in.UpdateOutdatedInstancesOnly = true }), "InvalidUpdateOutdatedInstancesOnlyValueException", "")
	refused(t, s.CreateDeployment, in(func(in *sdk.CreateDeploymentInput) { in.FileExistsBehavior = types.FileExistsBehaviorRetain }), "InvalidFileExistsBehaviorException", "")
	refused(t, s.CreateDeployment, in(func(in *sdk.CreateDeploymentInput) { in.Description = aws.String(string(make([]byte, 257))) }), "DescriptionTooLongException", "256")

	without := newScene(t, func(o *codedeploy.Options) { o.Runs = false })
	without.group()
	refused(t, without.CreateDeployment, in(func(*sdk.CreateDeploymentInput) {}), "NotImplementedException", "Amazon ECS yet")
}

func TestListDeployments(t *testing.T) {
	s := newScene(t)
	s.group()
	list := func(change func(in *sdk.ListDeploymentsInput)) []string {
		t.Helper()
		in := &sdk.ListDeploymentsInput{ApplicationName: aws.String("shop"), DeploymentGroupName: aws.String("web")}
		change(in)
		return apitest.OK(t, s.ListDeployments, in).Deployments
	}
	first := s.deploy(content(file))
	s.run(first, func(r *rows.Run) { r.Status = ourtypes.DeploymentStatusFailed })
	second := s.deploy(content(file))
	at := s.Now
	for what, c := range map[string]struct {
		got, want []string
	}{
		"all": {list(func(in *sdk.ListDeploymentsInput) { *in = sdk.ListDeploymentsInput{} }), []string{second, first}},
		"status": {list(func(in *sdk.ListDeploymentsInput) {
			in.IncludeOnlyStatuses = []types.DeploymentStatus{"Failed", "Stopped"}
		}), []string{first}},
		"created": {list(func(in *sdk.ListDeploymentsInput) { in.IncludeOnlyStatuses = []types.DeploymentStatus{"Created"} }), []string{second}},
		"since":   {list(func(in *sdk.ListDeploymentsInput) { in.CreateTimeRange = &types.TimeRange{Start: &at} }), []string{second}},
		"until": {list(func(in *sdk.ListDeploymentsInput) {
			in.CreateTimeRange = &types.TimeRange{End: aws.Time(at.Add(-time.Millisecond))}
		}), []string{first}},
		"id": {list(func(in *sdk.ListDeploymentsInput) { in.ExternalId = aws.String("e") }), nil},
	} {
		if !slices.Equal(c.got, c.want) {
			t.Errorf("%s: %q, want %q", what, c.got, c.want)
		}
	}
	refused(t, s.ListDeployments, &sdk.ListDeploymentsInput{ApplicationName: aws.String("shop")}, "DeploymentGroupNameRequiredException", "")
	refused(t, s.ListDeployments, &sdk.ListDeploymentsInput{DeploymentGroupName: aws.String("web")}, "ApplicationNameRequiredException", "")
	refused(t, s.ListDeployments, &sdk.ListDeploymentsInput{CreateTimeRange: &types.TimeRange{Start: &at, End: aws.Time(at.Add(-time.Second))}}, "InvalidTimeRangeException", "")
	refused(t, s.ListDeployments, &sdk.ListDeploymentsInput{IncludeOnlyStatuses: []types.DeploymentStatus{"Gone"}}, "InvalidDeploymentStatusException", "")
	refused(t, s.ListDeployments, &sdk.ListDeploymentsInput{NextToken: aws.String("x")}, "InvalidNextTokenException", "")
}

// Who stops a deployment says whether traffic goes back, or the group does.
func TestStopDeployment(t *testing.T) {
	s := newScene(t)
	s.group()
	for _, c := range []struct {
		group bool
		asked *bool
		want  bool
	}{{false, nil, false}, {true, nil, true}, {true, aws.Bool(false), false}, {false, aws.Bool(true), true}} {
		apitest.OK(t, s.UpdateDeploymentGroup, &sdk.UpdateDeploymentGroupInput{
			ApplicationName: aws.String("shop"), CurrentDeploymentGroupName: aws.String("web"),
			AutoRollbackConfiguration: &types.AutoRollbackConfiguration{Enabled: c.group, Events: []types.AutoRollbackEvent{types.AutoRollbackEventDeploymentStopOnRequest}},
		})
		id := s.deploy(content(file))
		for range 2 { // the second time changes nothing
			out := apitest.OK(t, s.StopDeployment, &sdk.StopDeploymentInput{DeploymentId: &id, AutoRollbackEnabled: c.asked})
			if out.Status != types.StopStatusPending || *out.StatusMessage != "No more commands will be scheduled for execution in the deployment instances" {
				t.Errorf("%+v", out)
			}
			c.asked = aws.Bool(!c.want)
		}
		if got := rows.FindDeployment(s.Store.Read(), id).Stop; got.Rollback != c.want {
			t.Errorf("%+v, want %v", got, c.want)
		}
		s.run(id, func(r *rows.Run) { r.Status = ourtypes.DeploymentStatusStopped })
		refused(t, s.StopDeployment, &sdk.StopDeploymentInput{DeploymentId: &id}, "DeploymentAlreadyCompletedException", "Stopped")
	}
}

// Each wait is ended in its time, and once (CD0016).
func TestContinueDeployment(t *testing.T) {
	s := newScene(t)
	s.group()
	id := s.deploy(content(file))
	ready, end := &sdk.ContinueDeploymentInput{DeploymentId: &id}, &sdk.ContinueDeploymentInput{DeploymentId: &id, DeploymentWaitType: types.DeploymentWaitTypeTerminationWait}
	refused(t, s.ContinueDeployment, ready, "DeploymentIsNotInReadyStateException", "READY_WAIT")
	s.run(id, func(r *rows.Run) { r.Status = ourtypes.DeploymentStatusReady })
	refused(t, s.ContinueDeployment, end, "DeploymentIsNotInReadyStateException", "TERMINATION_WAIT")
	var both sync.WaitGroup
	var continued atomic.Int32 // of two at once one counts
	for range 2 {
		both.Go(func() {
			if _, err := s.ContinueDeployment(t.Context(), ready); err == nil {
				continued.Add(1)
			}
		})
	}
	if both.Wait(); continued.Load() != 1 {
		t.Errorf("%d of two requests at once have continued it", continued.Load())
	}
	refused(t, s.ContinueDeployment, ready, "DeploymentIsNotInReadyStateException", "READY_WAIT")
	s.run(id, func(r *rows.Run) { r.Status, r.WaitsAt = ourtypes.DeploymentStatusInProgress, s.Now })
	if !s.info(id).InstanceTerminationWaitTimeStarted {
		t.Error("the wait is not shown")
	}
	apitest.OK(t, s.ContinueDeployment, end)
	s.run(id, func(r *rows.Run) { r.Status = ourtypes.DeploymentStatusSucceeded })
	refused(t, s.ContinueDeployment, end, "DeploymentAlreadyCompletedException", "Succeeded")
	refused(t, s.ContinueDeployment, &sdk.ContinueDeploymentInput{DeploymentId: &id, DeploymentWaitType: "COFFEE"}, "InvalidDeploymentWaitTypeException", "")
}

// Of the answers of a function the first one counts, if it comes in time (CD0014).
func TestAnswersOfHooks(t *testing.T) {
	s := newScene(t)
	s.group()
	id := s.deploy(content(file))
	answer := func(execution string, status types.LifecycleEventStatus) *sdk.PutLifecycleEventHookExecutionStatusInput {
		return &sdk.PutLifecycleEventHookExecutionStatusInput{DeploymentId: &id, LifecycleEventHookExecutionId: &execution, Status: status}
	}
	refused(t, s.PutLifecycleEventHookExecutionStatus, answer("one", types.LifecycleEventStatusSucceeded), "InvalidLifecycleEventHookExecutionIdException", "one")
	s.run(id, func(r *rows.Run) {
		r.Events = []rows.Event{
			{Name: "BeforeInstall", Status: ourtypes.LifecycleEventStatusInProgress, ExecutionID: "one"}, {Name: "Install", Status: ourtypes.LifecycleEventStatusPending},
			{Name: "AfterInstall", Status: ourtypes.LifecycleEventStatusFailed, ExecutionID: "late"},
		}
	})
	refused(t, s.PutLifecycleEventHookExecutionStatus, answer("one", types.LifecycleEventStatusSkipped), "InvalidLifecycleEventHookExecutionStatusException", "Skipped")
	refused(t, s.PutLifecycleEventHookExecutionStatus, answer("", types.LifecycleEventStatusFailed), "InvalidLifecycleEventHookExecutionIdException", "")
	refused(t, s.PutLifecycleEventHookExecutionStatus, answer("late", types.LifecycleEventStatusSucceeded), "LifecycleEventAlreadyCompletedException", "AfterInstall")
	if out := apitest.OK(t, s.PutLifecycleEventHookExecutionStatus, answer("one", types.LifecycleEventStatusFailed)); *out.LifecycleEventHookExecutionId != "one" {
		t.Errorf("%+v", out)
	}
	refused(t, s.PutLifecycleEventHookExecutionStatus, answer("one", types.LifecycleEventStatusSucceeded), "LifecycleEventAlreadyCompletedException", "BeforeInstall")
	if got := rows.FindDeployment(s.Store.Read(), id).Answers["one"].Status; got != ourtypes.LifecycleEventStatusFailed {
		t.Error(got)
	}
}

func TestDeploymentTargets(t *testing.T) {
	const blue, green = "arn:aws:ecs:us-east-1:123456789012:task-set/c/api/ecs-svc/1", "arn:aws:ecs:us-east-1:123456789012:task-set/c/api/ecs-svc/2"
	const groups = "arn:aws:elasticloadbalancing:us-east-1:123456789012:targetgroup/"
	s := newScene(t, func(o *codedeploy.Options) {
		o.TaskSet = func(_ *store.Tx, arn string) *codedeploy.TaskSet {
			return map[string]*codedeploy.TaskSet{blue: {Desired: 2, Running: 2, Status: "PRIMARY"}, green: {Desired: 2, Pending: 1, Running: 1, Status: "ACTIVE"}}[arn]
		}
	})
	s.group()
	id := s.deploy(content(file))
	get := &sdk.GetDeploymentTargetInput{DeploymentId: &id, TargetId: aws.String("c:api")}
	refused(t, s.GetDeploymentTarget, get, "DeploymentNotStartedException", id)
	s.run(id, func(r *rows.Run) {
		r.UpdatedAt, r.Blue, r.Green = s.Now, rows.Set{ID: "ecs-svc/1", ARN: blue, TargetGroup: groups + "blue/1"}, rows.Set{ID: "ecs-svc/2", ARN: green, TargetGroup: groups + "green/2"}
		r.Events = []rows.Event{
			{Name: "BeforeInstall", Status: ourtypes.LifecycleEventStatusSucceeded, StartedAt: s.Now, EndedAt: s.Now},
			{Name: "Install", Status: ourtypes.LifecycleEventStatusFailed, StartedAt: s.Now, Message: "no room"},
		}
	})
	got := apitest.OK(t, s.GetDeploymentTarget, get).DeploymentTarget
	sets := got.EcsTarget.TaskSetsInfo
	if got.DeploymentTargetType != types.DeploymentTargetTypeEcsTarget || *got.EcsTarget.TargetArn != "arn:aws:ecs:us-east-1:123456789012:service/c/api" || got.EcsTarget.Status != types.TargetStatusInProgress ||
		len(sets) != 2 || sets[0].TrafficWeight != 100 || sets[0].TaskSetLabel != types.TargetLabelBlue || *sets[0].TargetGroup.Name != "blue" || *sets[1].Identifer != "ecs-svc/2" ||
		sets[1].TrafficWeight != 0 || sets[1].PendingCount != 1 || *sets[1].Status != "ACTIVE" {
		t.Errorf("%+v", got.EcsTarget)
	}
	if events := got.EcsTarget.LifecycleEvents; len(events) != 2 || events[0].Diagnostics != nil || *events[1].Diagnostics.Message != "no room" || events[1].EndTime != nil {
		t.Errorf("%+v", events)
	}
	s.run(id, func(r *rows.Run) {
		r.Rules = []rows.Led{{Listener: balancer + "1", Set: map[string]int32{groups + "blue/1": 90, groups + "green/2": 10}}}
		r.Blue.ARN += "0" // it is gone
	})
	sets = apitest.OK(t, s.BatchGetDeploymentTargets, &sdk.BatchGetDeploymentTargetsInput{DeploymentId: &id, TargetIds: []string{"c:api"}}).DeploymentTargets[0].EcsTarget.TaskSetsInfo
	if len(sets) != 1 || sets[0].TrafficWeight != 10 {
		t.Errorf("%+v", sets)
	}
	list := func(filters map[string][]string) []string {
		return apitest.OK(t, s.ListDeploymentTargets, &sdk.ListDeploymentTargetsInput{DeploymentId: &id, TargetFilters: filters}).TargetIds
	}
	if all, failed := list(nil), list(map[string][]string{"TargetStatus": {"Failed"}}); !slices.Equal(all, []string{"c:api"}) || len(failed) != 0 {
		t.Errorf("%q, %q", all, failed)
	}
	get.TargetId = aws.String("api")
	apitest.Refused(t, s.GetDeploymentTarget, get, "InvalidDeploymentTargetIdException", "Invalid id api for ECS deployment, valid Id should be in format <cluster-name>:<service-name>")
	get.TargetId = aws.String("c:web")
	refused(t, s.GetDeploymentTarget, get, "DeploymentTargetDoesNotExistException", "c:web")
	refused(t, s.BatchGetDeploymentTargets, &sdk.BatchGetDeploymentTargetsInput{DeploymentId: &id, TargetIds: []string{"c:api", "c:api"}}, "DeploymentTargetListSizeExceededException", "2")
	refused(t, s.ListDeploymentTargets, &sdk.ListDeploymentTargetsInput{DeploymentId: &id, TargetFilters: map[string][]string{"ServerInstanceLabel": {"Blue"}}}, "InvalidTargetFilterNameException", "")
}
