package metric_test

import (
	"bufio"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/ecs-emulator/ecs-emulator/internal/aws/cloudwatch/metric"
)

// putsUntilKilled puts a value each second of a time of its own, with a mark that counts them, and says before and after each write
// how many values there are.
func putsUntilKilled(t *testing.T, path string) {
	s := open(t, metric.Options{Path: path})
	n, _ := strconv.Atoi(s.Mark("count"))
	for ; ; n++ {
		s.PutMarked([]metric.Mark{{Key: "count", Value: strconv.Itoa(n + 1)}}, metric.Datum{ID: load, At: noon.Add(time.Duration(n) * time.Second), HighResolution: true, Values: []float64{1}})
		fmt.Println("put", n+1)
		s.Save()
		fmt.Println("written", n+1)
	}
}

// Killed at any moment, a process leaves a file that has all that was written, and each value together with its mark. The first
// write of each process replaces the file.
func TestFileSurvivesKills(t *testing.T) {
	const variable = "ECS_EMULATOR_TEST_METRICS_FILE"
	if path := os.Getenv(variable); path != "" {
		putsUntilKilled(t, path)
	}
	t.Parallel()
	path, last := filepath.Join(t.TempDir(), "metrics.db"), 0
	for round := range 20 {
		cmd := exec.Command(os.Args[0], "-test.run=^"+t.Name()+"$")
		cmd.Env = append(os.Environ(), variable+"="+path)
		out, err := cmd.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		put, written, lines := last, last, bufio.NewScanner(out)
		for line := 0; lines.Scan(); line++ {
			what, n, _ := strings.Cut(lines.Text(), " ")
			if put, _ = strconv.Atoi(n); what == "written" {
				written = put
			}
			if line == round {
				_ = cmd.Process.Kill() // and read on what it has said until then
			}
		}
		if err := cmd.Wait(); err == nil || put <= last {
			t.Fatalf("the process ended with %v after %d values", err, put)
		}
		s := open(t, metric.Options{Path: path})
		marked, _ := strconv.Atoi(s.Mark("count"))
		sum := 0.0
		for _, p := range s.Points(metric.Query{ID: load, From: noon, To: noon.Add(time.Hour), Period: time.Second}) {
			sum += p.Sum
		}
		if err := s.Close(); err != nil {
			t.Error(err)
		}
		if marked < written || marked > put || sum != float64(marked) {
			t.Fatalf("killed when %d of %d values were written, the file has %v values and the mark %d", written, put, sum, marked)
		}
		last = marked
	}
}
