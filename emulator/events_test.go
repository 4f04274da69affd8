package emulator_test

import (
	"context"
	"errors"
	"os"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/ecs-emulator/ecs-emulator/emulator"
)

// The test that docs/guide/events.md shows, word by word: see TestDocumentsShowTheTestOfEvents.
func TestShopIsSteady(t *testing.T) {
	srv := emulator.Start(t, emulator.Options{Speed: 100})
	steady := srv.Events(t.Context(), `{"resources": [{"suffix": ":service/default/shop"}], "detail": {"eventName": ["SERVICE_STEADY_STATE"]}}`)
	deployShop(t, ecs.NewFromConfig(srv.Config()))
	for event, err := range steady {
		if err != nil {
			t.Fatal(err)
		}
		t.Log("steady since", event.Time)
		break
	}
}

// deployShop is what the reader of the guide brings along.
func deployShop(t *testing.T, client *ecs.Client) {
	w := &world{T: t, client: client}
	w.createService("shop", w.register("shop", "shop", "sleep", "7200"), 2)
}

func TestDocumentsShowTheTestOfEvents(t *testing.T) {
	data, err := os.ReadFile("events_test.go")
	if err != nil {
		t.Fatal(err)
	}
	source := string(data)
	if shown := blocks(t, "docs/guide/events.md", "example")[0]; !strings.Contains(source, "\n"+shown) {
		t.Errorf("the document shows\n%s\nwhich is no test of events_test.go", shown)
	}
}

// Each event after the call of Events comes once, in order, also to those who range later or again.
func TestEventsComeFromTheCallOn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := start(t, emulator.Options{InProcess: true})
		definition := w.register("job", "app", "exit", "3")
		before := w.runTask(definition)
		w.eventually("it has stopped", func() bool { return *w.task(before).LastStatus == "STOPPED" })

		stopped := w.srv.Events(t.Context(), `{"detail": {"lastStatus": ["STOPPED"]}}`)
		all := w.srv.Events(t.Context(), "")
		task := w.runTask(definition)
		for range 2 {
			for event, err := range stopped {
				w.must(err)
				if event.Resources[0] != task || event.DetailType != "ECS Task State Change" || event.Source != "aws.ecs" || event.Region != "us-east-1" {
					t.Errorf("got %+v, want the end of %s", event, task)
				}
				break
			}
		}
		last := uint64(5) // the events of the task before
		for event, err := range all {
			w.must(err)
			if event.Sequence != last+1 {
				t.Errorf("event %d comes after %d", event.Sequence, last)
			}
			if last = event.Sequence; last == 10 {
				break
			}
		}
	})
}

func TestEventsEndWithAnError(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := start(t, emulator.Options{InProcess: true})
		for _, err := range w.srv.Events(t.Context(), `{"source": "aws.ecs"}`) {
			if want := "Event pattern is not valid. Reason: \"source\" must be an object or an array"; err == nil || !strings.HasPrefix(err.Error(), want) {
				t.Errorf("a bad pattern: %v", err)
			}
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		for _, err := range w.srv.Events(ctx, "") {
			if !errors.Is(err, context.DeadlineExceeded) {
				t.Errorf("no event in time: %v", err)
			}
		}
		events := w.srv.Events(t.Context(), "")
		task := w.runTask(w.register("job", "app", "exit", "0"))
		w.eventually("it has stopped", func() bool { return *w.task(task).LastStatus == "STOPPED" })
		w.must(w.srv.Reset())
		go func() {
			synctest.Wait()
			w.srv.Close()
		}()
		var ends []string
		for event, err := range events {
			if err == nil {
				t.Errorf("a reset leaves %+v", event)
				continue
			}
			ends = append(ends, err.Error())
		}
		if want := "the events from 1 to 5 have been forgotten; the emulator has closed"; strings.Join(ends, "; ") != want {
			t.Errorf("got %q, want %q", ends, want)
		}
	})
}

// An update brings its own steady state.
func TestEventsOfAnUpdate(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := start(t, emulator.Options{InProcess: true})
		w.createService("shop", w.register("shop", "shop", "sleep", "7200"), 1)
		const pattern = `{"detail-type": ["ECS Deployment State Change"], "detail": {"eventName": ["SERVICE_DEPLOYMENT_COMPLETED"]}}`
		for range 2 {
			completed := w.srv.Events(t.Context(), pattern)
			_, err := w.client.UpdateService(t.Context(), &ecs.UpdateServiceInput{Service: aws.String("shop"), ForceNewDeployment: true})
			w.must(err)
			for event, err := range completed {
				w.must(err)
				if !strings.Contains(string(event.Detail), "SERVICE_DEPLOYMENT_COMPLETED") {
					t.Errorf("got %s", event.Detail)
				}
				break
			}
		}
	})
}
