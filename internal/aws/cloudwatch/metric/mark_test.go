package metric_test

import (
	"slices"
	"testing"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudwatch/metric"
)

func TestMarks(t *testing.T) {
	s := metric.NewStore()
	s.PutMarked([]metric.Mark{{Key: "balancer/b", Value: "2"}, {Key: "balancer/a", Value: "1"}, {Key: "other", Value: "3"}})
	if got := s.Marks("balancer/"); !slices.Equal(got, []string{"balancer/a", "balancer/b"}) || s.Mark("balancer/b") != "2" {
		t.Errorf("marks %q, b is %q", got, s.Mark("balancer/b"))
	}
	s.PutMarked([]metric.Mark{{Key: "balancer/b"}})
	if got := s.Marks("balancer/"); !slices.Equal(got, []string{"balancer/a"}) || s.Mark("balancer/b") != "" {
		t.Errorf("after its removal: marks %q, b is %q", got, s.Mark("balancer/b"))
	}
}
