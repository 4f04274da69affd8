package policy_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/ecs-emulator/ecs-emulator/internal/base/policy"
)

// manyPolicies are policies of ten statements each. The last one of the last policy allows.
func manyPolicies(n int) []policy.Source {
	var list []policy.Source
	for i := range n {
		var statements []string
		for j, service := range []string{"s3", "ecs", "logs", "ecr", "ec2"} {
			statements = append(statements, fmt.Sprintf(`{"Effect":"Allow","Action":["%[1]s:Describe*","%[1]s:List*","%[1]s:Get%[2]d"],"Resource":"*"},
				{"Effect":"Deny","Action":"%[1]s:*","Resource":"arn:aws:%[1]s:*:*:*/prod-%[2]d/*",
					"Condition":{"StringNotEquals":{"aws:PrincipalTag/team":"ops"}}}`, service, j))
		}
		if i == n-1 {
			statements[4] = `{"Effect":"Deny","Action":"ecs:*","Resource":"*","Condition":{"Bool":{"aws:SecureTransport":"false"}}},
				{"Effect":"Allow","Action":"ecs:RunTask","Resource":"arn:aws:ecs:*:*:task-definition/web:*",
					"Condition":{"ArnEquals":{"ecs:cluster":"arn:aws:ecs:*:*:cluster/shop"}}}`
		}
		document := `{"Version":"2012-10-17","Statement":[` + strings.Join(statements, ",") + `]}`
		list = append(list, policy.Source{Name: fmt.Sprint(i), Policy: policy.Compile(document)})
	}
	return list
}

func runTask() policy.Request {
	return policy.Request{
		Action: "ecs:RunTask", Resource: "arn:aws:ecs:us-east-1:123456789012:task-definition/web:3",
		Principal: policy.Principal{Account: "123456789012", ARN: dev},
		Keys: policy.Known{
			"aws:securetransport": policy.Is("true"), "aws:principaltag/team": policy.Is("shop"),
			"ecs:cluster": policy.Is("arn:aws:ecs:us-east-1:123456789012:cluster/shop"),
		},
	}
}

// BenchmarkGoalDecision decides with ten policies of ten statements.
func BenchmarkGoalDecision(b *testing.B) {
	measureDecision(b, runTask(), policy.Policies{Identity: manyPolicies(10)})
}

// BenchmarkGoalDecisionOfManyActions decides with a policy of 1,500 actions of 300 services in one statement, as AWS's own
// ReadOnlyAccess has them.
func BenchmarkGoalDecisionOfManyActions(b *testing.B) {
	var actions []string
	for i := range 300 {
		actions = append(actions, fmt.Sprintf(`"a%[1]d:Describe*","a%[1]d:Get*","a%[1]d:List*","a%[1]d:Search*","a%[1]d:BatchGetItems"`, i))
	}
	document := `{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":[` + strings.Join(actions, ",") + `,"ecs:RunTask"],"Resource":"*"}}`
	measureDecision(b, runTask(), policy.Policies{Identity: []policy.Source{{Policy: policy.Compile(document)}}})
}

// measureDecision tells the best of twenty rounds.
func measureDecision(b *testing.B, request policy.Request, policies policy.Policies) {
	const rounds, times = 20, 1000
	for b.Loop() {
		best := time.Hour
		for range rounds {
			began := time.Now()
			for range times {
				if !policy.Decide(request, policies).Allowed {
					b.Fatal("denied")
				}
			}
			best = min(best, time.Since(began))
		}
		b.ReportMetric(float64(best.Nanoseconds())/times/1000, "µs≤5")
	}
}

func TestMemoryOfADecisionDoesNotGrowWithItsPolicies(t *testing.T) {
	request := runTask()
	allocations := func(n int) float64 {
		policies := policy.Policies{Identity: manyPolicies(n)}
		return testing.AllocsPerRun(100, func() {
			if !policy.Decide(request, policies).Allowed {
				t.Error("denied")
			}
		})
	}
	if one, many := allocations(1), allocations(50); many > one {
		t.Errorf("%v allocations with a policy, %v with fifty", one, many)
	}
}
