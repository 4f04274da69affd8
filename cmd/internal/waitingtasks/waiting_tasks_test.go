package waitingtasks

import "testing"

func TestAllTasksRunAtLast(t *testing.T) {
	took, err := Run(t.Context(), 100)
	if err != nil || took <= 0 {
		t.Errorf("%s: %v", took, err)
	}
}

func BenchmarkTwoThousandTasks(b *testing.B) {
	for b.Loop() {
		if _, err := Run(b.Context(), 2000); err != nil {
			b.Fatal(err)
		}
	}
}
