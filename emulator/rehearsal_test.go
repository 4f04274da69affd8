package emulator_test

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/ecs-emulator/ecs-emulator/emulator"
)

// The same file makes the same events: a share of the calls is throttled, a zone is lost and comes back.
func TestARehearsalIsTheSameTwice(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "rehearsal.json")
	const rehearsal = `[
		{"kind": "zone-down", "zone": "us-east-1a", "at": "1m", "for": "10m"},
		{"kind": "api-throttle", "api": "ecs", "operation": "ListClusters", "rate": 0.4, "seed": 7, "at": "30s", "for": "2m"}
	]`
	if err := os.WriteFile(path, []byte(rehearsal), 0o600); err != nil {
		t.Fatal(err)
	}
	var runs [2][]string
	for i := range runs {
		w := start(t, emulator.Options{FaultsFile: path})
		for range 12 {
			w.must(w.srv.Clock().Advance(10 * time.Second))
			_, _ = w.client.ListClusters(t.Context(), &ecs.ListClustersInput{}, func(o *ecs.Options) { o.Retryer = aws.NopRetryer{} })
		}
		w.must(w.srv.Clock().Advance(time.Hour))
		runs[i] = w.faultEvents()
	}
	if !slices.Equal(runs[0], runs[1]) {
		t.Errorf("first\n%s\nthen\n%s", strings.Join(runs[0], "\n"), strings.Join(runs[1], "\n"))
	}
	if got := strings.Join(runs[0], "\n"); !strings.Contains(got, "2 api-throttle Fault Acted") || !strings.HasSuffix(got, "1 zone-down Fault Ended time over") {
		t.Errorf("events\n%s", got)
	}
}

func TestARehearsalIsAddedWholeOrNotAtAll(t *testing.T) {
	t.Parallel()
	w := start(t)
	faults := w.srv.Faults()
	_, err := faults.Run([]emulator.Fault{{Kind: emulator.PullFault}, {Kind: emulator.TerminateInstance}})
	if err == nil || err.Error() != "fault 2: there is no container instance with an EC2 instance" {
		t.Errorf("error %v", err)
	}
	if list := faults.List(); len(list) != 0 {
		t.Errorf("there are %+v", list)
	}
	ids, err := faults.Run([]emulator.Fault{{Kind: emulator.PullFault}, {Kind: emulator.StartFault, At: time.Hour}})
	w.must(err)
	if len(ids) != 2 || len(faults.List()) != 2 {
		t.Errorf("ids %v of %+v", ids, faults.List())
	}
}
