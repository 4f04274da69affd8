package bench_test

import (
	"fmt"
	"net"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	ec2types "github.com/aws/aws-sdk-go-v2/service/ec2/types"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"

	"github.com/ecs-emulator/ecs-emulator/emulator"
)

// group makes a security group, which lets everything out and nothing in.
func (w *world) group(name string) string {
	w.Helper()
	made, err := ec2.NewFromConfig(w.Config()).CreateSecurityGroup(w.Context(), &ec2.CreateSecurityGroupInput{
		GroupName: &name, Description: &name,
	})
	w.must(err)
	return *made.GroupId
}

// rule lets in addresses at a port.
func rule(port int, cidr string) ec2types.IpPermission {
	return ec2types.IpPermission{
		IpProtocol: aws.String("tcp"), FromPort: aws.Int32(int32(port)), ToPort: aws.Int32(int32(port)),
		IpRanges: []ec2types.IpRange{{CidrIp: &cidr}},
	}
}

// BenchmarkGoalTaskWithRules runs tasks in a group with 20 rules, and by turns in one that does not exist: that lets
// everything pass, so there is no filter.
func BenchmarkGoalTaskWithRules(b *testing.B) {
	const times, unfiltered = 20, "sg-0123456789abcdef0"
	for b.Loop() {
		w := startOnDocker(b, emulator.Options{})
		w.register("web", running(w, "sleep", "1h"))
		group := w.group("twenty")
		rules := []ec2types.IpPermission{{
			IpProtocol: aws.String("tcp"), FromPort: aws.Int32(9000), ToPort: aws.Int32(9000),
			UserIdGroupPairs: []ec2types.UserIdGroupPair{{GroupId: &group}},
		}}
		for i := range 18 { // and all egress
			rules = append(rules, rule(8000+i, fmt.Sprintf("10.%d.0.0/16", i)))
		}
		_, err := ec2.NewFromConfig(w.Config()).AuthorizeSecurityGroupIngress(b.Context(), &ec2.AuthorizeSecurityGroupIngressInput{
			GroupId: &group, IpPermissions: rules,
		})
		w.must(err)
		took, turns, awaitWarm := map[string][]time.Duration{}, []string{group, unfiltered}, w.warmUp("web")
		for round := range times + 1 {
			for _, in := range turns {
				awaitWarm()
				task, one := w.runTask("web", in)
				w.endTask(task)
				if round > 0 {
					took[in] = append(took[in], one)
				}
			}
			slices.Reverse(turns) // what comes first may be faster
		}
		b.ReportMetric(percentile(took[group], 50)/percentile(took[unfiltered], 50), "ratio≤1.03")
	}
}

// BenchmarkGoalThousandRules changes a thousand rules at once, of a hundred tasks in twenty groups, and waits until each
// task's sandbox has its own. The emulator is strict, so that this host sees when.
func BenchmarkGoalThousandRules(b *testing.B) {
	const tasks, groups, each = 100, 20, 50
	for b.Loop() {
		w := startOnDocker(b, emulator.Options{SecurityGroups: emulator.SecurityGroupsStrict, WarmSandboxes: -1})
		w.register("web", running(w, "serve", fmt.Sprint(port)))
		var ids []string
		for i := range groups {
			ids = append(ids, w.group(fmt.Sprint("rules-", i)))
			_, err := w.ecs.RunTask(b.Context(), &ecs.RunTaskInput{
				TaskDefinition: aws.String("web"), Count: aws.Int32(tasks / groups), LaunchType: types.LaunchTypeFargate,
				NetworkConfiguration: w.network(ids[i]),
			})
			w.must(err)
		}
		w.awaitRunning(tasks)
		addresses := w.addresses(tasks)
		rules := []ec2types.IpPermission{rule(port, "0.0.0.0/0")}
		for i := range each - 1 {
			rules = append(rules, rule(10000+i, fmt.Sprintf("10.%d.0.0/16", i)))
		}
		client := ec2.NewFromConfig(w.Config())
		change := func(do func(group string) error) {
			var changing sync.WaitGroup
			for _, id := range ids {
				changing.Go(func() {
					if err := do(id); err != nil {
						b.Error(err)
					}
				})
			}
			changing.Wait()
		}
		w.awaitOpen(addresses, false)
		began := time.Now()
		change(func(group string) error {
			_, err := client.AuthorizeSecurityGroupIngress(b.Context(), &ec2.AuthorizeSecurityGroupIngressInput{
				GroupId: &group, IpPermissions: rules,
			})
			return err
		})
		w.awaitOpen(addresses, true)
		b.ReportMetric(time.Since(began).Seconds(), "s≤2")
		change(func(group string) error {
			_, err := client.RevokeSecurityGroupIngress(b.Context(), &ec2.RevokeSecurityGroupIngressInput{GroupId: &group, IpPermissions: rules})
			return err
		})
		w.awaitOpen(addresses, false)
	}
}

// addresses are the addresses of all tasks, of which there have to be so many.
func (w *world) addresses(n int) (list []string) {
	w.Helper()
	listed, err := w.ecs.ListTasks(w.Context(), &ecs.ListTasksInput{})
	w.must(err)
	for _, arn := range listed.TaskArns {
		list = append(list, fmt.Sprintf("%s:%d", w.shown(arn).IP, port))
	}
	if len(list) != n {
		w.Fatalf("%d tasks have an address, not %d", len(list), n)
	}
	return list
}

// awaitOpen waits until all addresses answer, one after the other, or none does any more.
func (w *world) awaitOpen(addresses []string, open bool) {
	w.Helper()
	// Longer than an answer takes that comes, and short because each refusal makes the figure coarser by as much.
	dialer := net.Dialer{Timeout: 25 * time.Millisecond}
	for _, a := range addresses {
		w.until(fmt.Sprintf("%s to be open: %v", a, open), func() bool {
			conn, err := dialer.DialContext(w.Context(), "tcp", a)
			if err == nil {
				_ = conn.Close()
			}
			return (err == nil) == open
		})
	}
}
