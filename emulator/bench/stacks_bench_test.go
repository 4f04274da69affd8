package bench_test

import (
	"context"
	"fmt"
	"log/slog"
	"maps"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation"
	cfntypes "github.com/aws/aws-sdk-go-v2/service/cloudformation/types"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/ssm"
	ssmtypes "github.com/aws/aws-sdk-go-v2/service/ssm/types"

	"github.com/ecs-emulator/ecs-emulator/emulator"
)

// anyRole is the trust of each role.
const anyRole = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"ecs-tasks.amazonaws.com"},"Action":"sts:AssumeRole"}]}`

// stackWorld is a world with stacks, which counts the calls that are made in it.
type stackWorld struct {
	*world
	stacks *cloudformation.Client
	calls  *callCounter
}

func startStacks(b *testing.B) *stackWorld {
	b.Helper()
	c := &callCounter{counts: map[string]int{}}
	w := start(b, emulator.Options{Engine: "sim", Log: slog.New(c)})
	return &stackWorld{w, cloudformation.NewFromConfig(w.Config()), c}
}

// callCounter is a log that counts requests by their operations.
type callCounter struct {
	mu     sync.Mutex
	counts map[string]int
}

func (c *callCounter) Enabled(context.Context, slog.Level) bool { return true }
func (c *callCounter) WithAttrs([]slog.Attr) slog.Handler       { return c }
func (c *callCounter) WithGroup(string) slog.Handler            { return c }

func (c *callCounter) Handle(_ context.Context, r slog.Record) error {
	r.Attrs(func(a slog.Attr) bool {
		if a.Key != "operation" || r.Message != "request" {
			return true
		}
		c.mu.Lock()
		defer c.mu.Unlock()
		c.counts[a.Value.String()]++
		return false
	})
	return nil
}

// take returns the counts since the last take, without calls of stacks.
func (c *callCounter) take() map[string]int {
	c.mu.Lock()
	defer c.mu.Unlock()
	taken := c.counts
	c.counts = map[string]int{}
	maps.DeleteFunc(taken, func(name string, _ int) bool { return strings.Contains(name, "Stack") })
	return taken
}

// templateOf has so many resources: a log group, a parameter with its name, and a role by turns. The value is in each of them. Names
// are short, as 500 resources have to go into 51,200 bytes.
func templateOf(resources int, value string) string {
	var b strings.Builder
	for i := range resources {
		switch i % 3 {
		case 0:
			fmt.Fprintf(&b, `,"G%d":{"Type":"AWS::Logs::LogGroup","Properties":{"RetentionInDays":%s}}`, i, value)
		case 1:
			fmt.Fprintf(&b, `,"P%d":{"Type":"AWS::SSM::Parameter","Properties":{"Type":"String","Value":{"Fn::Sub":"${G%d}%s"}}}`, i, i-1, value)
		default:
			fmt.Fprintf(&b, `,"R%d":{"Type":"AWS::IAM::Role","Properties":{"Description":%q,"AssumeRolePolicyDocument":{"Ref":"T"}}}`, i, value)
		}
	}
	trust := strings.ReplaceAll(anyRole, `"`, `\"`)
	return `{"Parameters":{"T":{"Type":"String","Default":"` + trust + `"}},"Resources":{` + b.String()[1:] + `}}`
}

func (w *stackWorld) create(name, template string) {
	w.Helper()
	_, err := w.stacks.CreateStack(w.Context(), &cloudformation.CreateStackInput{
		StackName: &name, TemplateBody: &template, Capabilities: []cfntypes.Capability{cfntypes.CapabilityCapabilityIam},
	})
	w.must(err)
	w.becomes(name, cfntypes.StackStatusCreateComplete)
}

func (w *stackWorld) update(name, template string) {
	w.Helper()
	_, err := w.stacks.UpdateStack(w.Context(), &cloudformation.UpdateStackInput{
		StackName: &name, TemplateBody: &template, Capabilities: []cfntypes.Capability{cfntypes.CapabilityCapabilityIam},
	})
	w.must(err)
	w.becomes(name, cfntypes.StackStatusUpdateComplete)
}

// remove deletes a stack and waits for its end.
func (w *stackWorld) remove(name string) {
	w.Helper()
	out, err := w.stacks.DescribeStacks(w.Context(), &cloudformation.DescribeStacksInput{StackName: &name})
	w.must(err)
	_, err = w.stacks.DeleteStack(w.Context(), &cloudformation.DeleteStackInput{StackName: &name})
	w.must(err)
	w.becomes(*out.Stacks[0].StackId, cfntypes.StackStatusDeleteComplete)
}

func (w *stackWorld) becomes(name string, want cfntypes.StackStatus) {
	w.Helper()
	w.untilEvery(20*time.Millisecond, name+" to be "+string(want), func() bool {
		out, err := w.stacks.DescribeStacks(w.Context(), &cloudformation.DescribeStacksInput{StackName: &name})
		w.must(err)
		switch got := out.Stacks[0].StackStatus; {
		case got == want:
			return true
		case !strings.HasSuffix(string(got), "_IN_PROGRESS"):
			w.Fatalf("%s is %s", name, got)
		}
		return false
	})
}

// BenchmarkGoalStackOf100 and the one after it make a stack, and then what is in it by the same calls of a client, by turns.
func BenchmarkGoalStackOf100(b *testing.B) { besideClient(b, 100, "s≤2") }

func BenchmarkGoalStackOf500(b *testing.B) { besideClient(b, 500, "s≤10") }

func besideClient(b *testing.B, resources int, unit string) {
	for b.Loop() {
		w := startStacks(b)
		var took []time.Duration
		var ratios []float64
		for round := range 9 {
			name := fmt.Sprint("shop-", round)
			began := time.Now()
			w.create(name, templateOf(resources, "7"))
			took = append(took, time.Since(began))
			of := w.calls.take()
			began = time.Now()
			w.makeByHand(name+"-by-hand", resources)
			ratios = append(ratios, float64(took[round])/float64(time.Since(began)))
			if by := w.calls.take(); !maps.Equal(of, by) {
				b.Fatalf("the stack makes the calls %v, the client %v", of, by)
			}
		}
		b.ReportMetric(medianOf(ratios), "ratio≤1.5")
		b.ReportMetric(percentile(took, 50)/1000, unit)
	}
}

// medianOf is the median of ratios of turns, so that what else the machine does is in few of them. It sorts them.
func medianOf(ratios []float64) float64 {
	slices.Sort(ratios)
	return ratios[len(ratios)/2]
}

// makeByHand makes what is in templateOf by calls, sixteen at once, as a stack does.
func (w *stackWorld) makeByHand(prefix string, resources int) {
	w.Helper()
	var running sync.WaitGroup
	next := make(chan int)
	failed := make(chan error, 16)
	c := byHand{cloudwatchlogs.NewFromConfig(w.Config()), ssm.NewFromConfig(w.Config()), iam.NewFromConfig(w.Config())}
	for range 16 {
		running.Go(func() {
			for i := range next {
				if err := c.make(w.Context(), prefix, i, resources); err != nil {
					failed <- err
					return
				}
			}
		})
	}
	for i := 0; i < resources; i += 3 {
		select {
		case next <- i:
		case err := <-failed:
			w.must(err)
		}
	}
	close(next)
	running.Wait()
	if len(failed) > 0 {
		w.must(<-failed)
	}
}

// byHand are the clients that a stack of templateOf is.
type byHand struct {
	logs *cloudwatchlogs.Client
	ssm  *ssm.Client
	iam  *iam.Client
}

// make makes the resource of a number, which is a log group, and the two after it, as far as there are any.
func (c byHand) make(ctx context.Context, prefix string, i, resources int) error {
	group := fmt.Sprint(prefix, "-group-", i)
	steps := []func() error{
		func() error {
			if _, err := c.logs.CreateLogGroup(ctx, &cloudwatchlogs.CreateLogGroupInput{LogGroupName: &group, Tags: map[string]string{"stack": prefix}}); err != nil {
				return err
			}
			if _, err := c.logs.PutRetentionPolicy(ctx, &cloudwatchlogs.PutRetentionPolicyInput{LogGroupName: &group, RetentionInDays: aws.Int32(7)}); err != nil {
				return err
			}
			_, err := c.logs.DescribeLogGroups(ctx, &cloudwatchlogs.DescribeLogGroupsInput{LogGroupNamePrefix: &group})
			return err
		},
		func() error {
			name := fmt.Sprint(prefix, "-parameter-", i)
			_, err := c.ssm.PutParameter(ctx, &ssm.PutParameterInput{
				Name: &name, Type: ssmtypes.ParameterTypeString, Value: aws.String(group + "7"),
				Tags: []ssmtypes.Tag{{Key: aws.String("stack"), Value: &prefix}},
			})
			if err == nil {
				_, err = c.ssm.GetParameter(ctx, &ssm.GetParameterInput{Name: &name})
			}
			return err
		},
		func() error {
			name := fmt.Sprint(prefix, "-role-", i)
			_, err := c.iam.CreateRole(ctx, &iam.CreateRoleInput{RoleName: &name, AssumeRolePolicyDocument: aws.String(anyRole), Description: aws.String("7")})
			if err == nil {
				_, err = c.iam.GetRole(ctx, &iam.GetRoleInput{RoleName: &name})
			}
			return err
		},
	}
	for _, step := range steps[:min(3, resources-i)] {
		if err := step(); err != nil {
			return err
		}
	}
	return nil
}

// BenchmarkGoalStackWithoutChange is how long an update of a stack of 500 resources takes that changes nothing.
func BenchmarkGoalStackWithoutChange(b *testing.B) {
	for b.Loop() {
		w := startStacks(b)
		template := templateOf(500, "7")
		w.create("shop", template)
		var took []time.Duration
		for range 5 {
			began := time.Now()
			_, err := w.stacks.UpdateStack(b.Context(), &cloudformation.UpdateStackInput{
				StackName: aws.String("shop"), TemplateBody: &template, Capabilities: []cfntypes.Capability{cfntypes.CapabilityCapabilityIam},
			})
			took = append(took, time.Since(began))
			if err == nil || !strings.Contains(err.Error(), "No updates are to be performed.") {
				b.Fatalf("an update without a change: %v", err)
			}
		}
		b.ReportMetric(percentile(took, 50), "ms≤200")
	}
}

// BenchmarkGoalStackBesideOthers is how long a stack of 100 resources takes where there are 200 other stacks, beside one without any.
func BenchmarkGoalStackBesideOthers(b *testing.B) {
	for b.Loop() {
		alone, crowded := startStacks(b), startStacks(b)
		crowded.createMany(200, templateOf(10, "7"))
		var ratios []float64
		for round := range 15 {
			var took [2]time.Duration
			for i, w := range []*stackWorld{alone, crowded} {
				name := fmt.Sprint("shop-", round)
				began := time.Now()
				w.create(name, templateOf(100, "7"))
				took[i] = time.Since(began)
				w.remove(name)
			}
			ratios = append(ratios, float64(took[1])/float64(took[0]))
		}
		b.ReportMetric(medianOf(ratios), "ratio≤1.3")
	}
}

// createMany makes stacks, each after the one before has been asked for.
func (w *stackWorld) createMany(stacks int, template string) {
	w.Helper()
	for i := range stacks {
		_, err := w.stacks.CreateStack(w.Context(), &cloudformation.CreateStackInput{
			StackName: aws.String(fmt.Sprint("other-", i)), TemplateBody: &template, Capabilities: []cfntypes.Capability{cfntypes.CapabilityCapabilityIam},
		})
		w.must(err)
	}
	for i := range stacks {
		w.becomes(fmt.Sprint("other-", i), cfntypes.StackStatusCreateComplete)
	}
}
