package emulator_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/codedeploy"
	cdtypes "github.com/aws/aws-sdk-go-v2/service/codedeploy/types"
	"github.com/google/go-cmp/cmp"
)

// deploy begins a deployment to the second task definition, all of whose hooks call the function.
func (b *codeDeploys) deploy() {
	b.Helper()
	hooks := ""
	for _, event := range []string{"BeforeInstall", "AfterInstall", "AfterAllowTestTraffic", "BeforeAllowTraffic", "AfterAllowTraffic"} {
		hooks += "  - " + event + ": " + hookTarget + "\n"
	}
	content := "version: 0.0\nResources:\n  - TargetService:\n      Type: AWS::ECS::Service\n      Properties:\n        TaskDefinition: " + b.definitions[1] +
		"\n        LoadBalancerInfo: {ContainerName: app, ContainerPort: 8080}\nHooks:\n" + hooks
	b.hooks.Lock() // the function may be called before the answer is there
	defer b.hooks.Unlock()
	out, err := codedeploy.NewFromConfig(b.srv.Config()).CreateDeployment(b.Context(), &codedeploy.CreateDeploymentInput{
		ApplicationName: aws.String("shop"), DeploymentGroupName: aws.String("web"), Revision: &cdtypes.RevisionLocation{
			RevisionType: cdtypes.RevisionLocationTypeAppSpecContent, AppSpecContent: &cdtypes.AppSpecContent{Content: &content},
		},
	})
	b.must(err)
	b.deployment = *out.DeploymentId
}

// act does what a user does in a phase. What a dying emulator does not take is asked for again.
func (b *codeDeploys) act(phase, stopsIn string) {
	api := codedeploy.NewFromConfig(b.srv.Config(), func(o *codedeploy.Options) { o.Retryer = aws.NopRetryer{} })
	switch phase {
	case "ready wait":
		_, _ = api.ContinueDeployment(b.Context(), &codedeploy.ContinueDeploymentInput{
			DeploymentId: &b.deployment, DeploymentWaitType: cdtypes.DeploymentWaitTypeReadyWait,
		})
	case stopsIn:
		_, _ = api.StopDeployment(b.Context(), &codedeploy.StopDeploymentInput{DeploymentId: &b.deployment})
	}
}

// untilEnded lets time pass until no deployment is under way any more, or the emulator has died.
func (b *codeDeploys) untilEnded(stopsIn string) {
	b.Helper()
	k := b.kill.Load()
	for range 600 {
		phase := b.srv.CodeDeployPhase()
		if phase == "" {
			b.must(b.srv.Clock().Advance(10 * time.Minute)) // those that drain
			return
		}
		if k != nil && k.quiet && phase == k.phase {
			k.dead.Store(true)
			b.srv.Die()
			return
		}
		b.act(phase, stopsIn)
		ctx, cancel := context.WithCancel(b.Context())
		over := make(chan struct{})
		go func() { defer close(over); _ = b.srv.AdvanceWhile(ctx, 10*time.Second) }()
		for !closed(over) && (k == nil || !k.dead.Load()) {
			select {
			case <-over:
			case <-time.After(time.Millisecond):
			}
		}
		if k != nil && k.dead.Load() {
			b.srv.Die()
		}
		cancel()
		<-over
		if k != nil && k.dead.Load() {
			return
		}
	}
	b.Fatalf("the deployment has not ended: %+v", b.deployments())
}

// isTakenBack is the end of a deployment of which a function was not called.
func isTakenBack(outcome map[string]any) bool {
	first := outcome["deployments"].([]deployment)[0]
	return first.Status == "Failed" && first.Code == "HOOK_EXECUTION_FAILURE" &&
		cmp.Equal(outcome["sets"], []string{"PRIMARY at 100 of web:1"}) && cmp.Equal(outcome["live"], []int32{100, 0})
}

// A deployment by CodeDeploy comes to the same end wherever its emulator was killed: in each lifecycle event, in both waits and on the
// way back. No function is called twice. One that was to be called as the emulator died is not called: nothing tells whether it was,
// so the deployment waits its hour for an answer, and is taken back.
func TestDeploymentsByCodeDeploySurviveAKillInAnyPhase(t *testing.T) {
	t.Parallel()
	through := []string{
		"BeforeInstall", "Install", "AfterInstall", "AllowTestTraffic", "AfterAllowTestTraffic", "ready wait", "BeforeAllowTraffic", "AllowTraffic",
		"AfterAllowTraffic", "termination wait",
	}
	for name, c := range map[string]struct {
		failing int    // hook
		stopsIn string // phase
		phases  []string
	}{
		"through":    {0, "", through},
		"taken back": {5, "", []string{"AfterAllowTraffic", "rollback"}},
		"stopped":    {0, "AllowTraffic", []string{"AllowTraffic", "rollback"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			run := func(t *testing.T, k *kill) (outcome map[string]any, killed bool) {
				b := startCodeDeploys(t)
				b.failing = c.failing
				b.kill.Store(k)
				b.deploy()
				b.untilEnded(c.stopsIn)
				if k != nil && k.dead.Load() {
					b.reopen()
					b.untilEnded(c.stopsIn)
					killed = true
				}
				for execution, n := range b.calls {
					if n != 1 {
						t.Errorf("the function is called %d times for %s", n, execution)
					}
				}
				return b.outcome(), killed
			}
			want, _ := run(t, nil)
			most := 1
			if !testing.Short() {
				most = 6
			}
			for _, phase := range c.phases {
				t.Run(phase, func(t *testing.T) {
					kills := 0
					for writes := -1; writes < most; writes++ {
						k := &kill{phase: phase, quiet: writes < 0}
						k.writes.Store(int64(writes))
						about := fmt.Sprint(k)
						got, killed := run(t, k)
						if killed {
							kills++
						}
						if !cmp.Equal(want, got) && !(killed && got["hooks"].(int) < want["hooks"].(int) && isTakenBack(got)) {
							t.Errorf("another end (-without +with a kill in %s):\n%s", about, cmp.Diff(want, got))
						}
					}
					if kills == 0 {
						t.Error("no emulator was killed")
					}
				})
			}
		})
	}
}
