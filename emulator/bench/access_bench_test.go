package bench_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"

	"github.com/ecs-emulator/ecs-emulator/emulator"
)

// BenchmarkGoalEnforcedRegisterTaskDefinition and the two after it have the user of an accessWorld call an operation with access
// enforced, beside the same calls with access off.
func BenchmarkGoalEnforcedRegisterTaskDefinition(b *testing.B) {
	compareModes(b, (*accessWorld).registering)
}

func BenchmarkGoalEnforcedRunTask(b *testing.B) {
	compareModes(b, (*accessWorld).running)
}

func BenchmarkGoalEnforcedDescribeTasks(b *testing.B) {
	compareModes(b, (*accessWorld).describing)
}

func compareModes(b *testing.B, prepare func(*accessWorld) turn) {
	for b.Loop() {
		b.ReportMetric(compare(prepare(startAccess(b, emulator.AccessOff)), prepare(startAccess(b, emulator.AccessEnforce))), "ratio≥0.8")
	}
}

// BenchmarkGoalRunTaskBesidePolicies runs tasks with access enforced where there are 1,000 roles with ten policies each, beside
// an emulator that has the policies of the user alone.
func BenchmarkGoalRunTaskBesidePolicies(b *testing.B) {
	for b.Loop() {
		few, many := startAccess(b, emulator.AccessEnforce), startAccess(b, emulator.AccessEnforce)
		many.createRoles(1000, 10)
		b.ReportMetric(compare(few.running(), many.running()), "ratio≥0.95")
	}
}

// turn sends the requests of a turn, and returns how many were answered in a second.
type turn func() float64

// compare is the rate of the second beside the first: the median of turns, so that what else the machine does is in both.
func compare(base, other turn) float64 {
	const turns = 15
	var ratios []float64
	base() // warms both up
	other()
	for range turns {
		before := base()
		ratios = append(ratios, other()/before)
	}
	slices.Sort(ratios)
	return ratios[turns/2]
}

func (w *accessWorld) registering() turn {
	return func() float64 {
		return w.send(slices.Repeat([][]byte{w.signed("RegisterTaskDefinition", []byte(definition))}, 1000)...)
	}
}

// running runs tasks, and ends a turn when all of them run, so that their start is in no other turn.
func (w *accessWorld) running() turn {
	const each = 160
	n := 0
	network, err := json.Marshal(w.Subnets()[:1])
	w.must(err)
	return func() float64 {
		var requests [][]byte
		for range each {
			n++
			requests = append(requests, w.signed("RunTask", fmt.Appendf(nil, `{"clientToken":"%032d","taskDefinition":"web","launchType":"FARGATE",`+
				`"networkConfiguration":{"awsvpcConfiguration":{"subnets":%s}}}`, n, network)))
		}
		rate := w.send(requests...)
		w.awaitRunning(n)
		return rate
	}
}

// describing describes a hundred tasks in each request.
func (w *accessWorld) describing() turn {
	var arns []string
	for range 10 {
		for _, t := range w.runTasks(10) {
			arns = append(arns, *t.TaskArn)
		}
	}
	w.awaitRunning(len(arns))
	body, err := json.Marshal(map[string]any{"tasks": arns})
	w.must(err)
	return func() float64 { return w.send(slices.Repeat([][]byte{w.signed("DescribeTasks", body)}, 320)...) }
}

// createRoles makes roles with a number of policies each.
func (w *accessWorld) createRoles(roles, policies int) {
	w.Helper()
	for i := range roles {
		name := fmt.Sprint("role-", i)
		w.createRole(name)
		for j := range policies {
			_, err := w.iam.PutRolePolicy(w.Context(), &iam.PutRolePolicyInput{
				RoleName: &name, PolicyName: aws.String(fmt.Sprint("policy-", j)), PolicyDocument: aws.String(fmt.Sprintf(
					`{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"ecs:*","Resource":"arn:aws:ecs:*:*:task/c%d/*"}}`, i*policies+j)),
			})
			w.must(err)
		}
	}
}
