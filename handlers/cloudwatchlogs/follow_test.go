package cloudwatchlogs_test

import (
	"context"
	"fmt"
	"log/slog"
	"maps"
	"net/http"
	"net/http/httptest"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	sdk "github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"

	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi"
	"github.com/ecs-emulator/ecs-emulator/handlers/awsapi/apitest"
	"github.com/ecs-emulator/ecs-emulator/handlers/cloudwatchlogs"
	logs "github.com/ecs-emulator/ecs-emulator/internal/aws/cloudwatchlogs"
)

// follow reads a group as `aws logs tail --follow` of version 2 of the CLI does: again and
// again from the newest event that it has seen, without those of that time whose ids it
// knows. It ends when it has seen so many, or ctx ends, and counts how often it has asked.
func follow(ctx context.Context, c *sdk.Client, want int, asked *atomic.Int64) (seen []string, err error) {
	in := &sdk.FilterLogEventsInput{LogGroupName: aws.String(group), StartTime: aws.Int64(0)}
	known := map[string]int64{}
	for len(seen) < want {
		out, err := c.FilterLogEvents(ctx, in)
		if err != nil {
			return seen, err
		}
		asked.Add(1)
		newest := *in.StartTime
		for _, e := range out.Events {
			if _, again := known[*e.EventId]; !again {
				known[*e.EventId] = *e.Timestamp
				seen = append(seen, *e.Message)
			}
			newest = max(newest, *e.Timestamp)
		}
		maps.DeleteFunc(known, func(_ string, at int64) bool { return at < newest })
		if in.NextToken = out.NextToken; in.NextToken == nil {
			in.StartTime = &newest
		}
	}
	return seen, nil
}

// Four containers write into one group, and a client follows it. In the middle the emulator
// is killed, and another one opens the directory. Its readers go on with each container where
// the store says that it is, one after the other, with what all of them have written meanwhile.
// Each line is seen once, in its order.
func TestFollowingLosesAndRepeatsNothing(t *testing.T) {
	const containers, lines = 4, 600
	dir := t.TempDir()
	var handler atomic.Pointer[http.Handler]
	open := func() *logs.Store {
		store, err := logs.Open(logs.Options{Dir: dir, Size: 4 << 20})
		if err != nil {
			t.Fatal(err)
		}
		h := cloudwatchlogs.New(store, time.Now).Service().Handler(awsapi.Options{Logger: slog.New(slog.DiscardHandler)})
		handler.Store(&h)
		return store
	}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { (*handler.Load()).ServeHTTP(w, r) }))
	defer server.Close()
	store := open()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()

	// write puts lines of a container up to some number, from where the store says that it is.
	write := func(store *logs.Store, c, upTo int, written func(i int) time.Time) {
		n := logs.StreamName{Scope: scope, Group: group, Name: fmt.Sprintf("web/app/%d", c)}
		if err := store.OpenStream(n, true); err != nil {
			t.Error(err)
		}
		at, _, err := store.Position(n, n.Name)
		for err == nil && at.Count < upTo {
			batch := []logs.Line{{At: written(at.Count), Message: fmt.Sprintf("%d %d", c, at.Count)}}
			at = logs.Position{Last: batch[0].At, Count: at.Count + 1}
			err = store.Put(ctx, n, n.Name, batch, at)
		}
		if err != nil {
			t.Error(err)
		}
		store.Behind(n, n.Name, time.Time{})
	}
	together := func(upTo int) {
		var writers sync.WaitGroup
		for c := range containers {
			writers.Go(func() { write(store, c, upTo, func(int) time.Time { return time.Now() }) })
		}
		writers.Wait()
	}
	together(1)
	client := sdk.New(sdk.Options{
		Region: scope.Region, BaseEndpoint: &server.URL, Retryer: apitest.Retryer(), HTTPClient: apitest.HTTPClient(),
		Credentials: credentials.NewStaticCredentialsProvider(scope.Account, "secret", ""),
	})
	var seen []string
	var err error
	var asked atomic.Int64
	var follower sync.WaitGroup
	follower.Go(func() { seen, err = follow(ctx, client, containers*lines, &asked) })
	together(lines / 2)
	store = open() // the one before is not closed: it is as if it had been killed
	defer store.Close()
	restarted := time.Now()
	for c := range containers {
		for so := asked.Load(); ctx.Err() == nil && asked.Load() < so+5; { // who follows sees all that it can
			runtime.Gosched()
		}
		write(store, c, lines, func(i int) time.Time { return restarted.Add(time.Duration(i) * time.Millisecond) })
	}
	follower.Wait()
	if err != nil {
		t.Fatalf("after %d lines: %v", len(seen), err)
	}
	next := map[int]int{}
	for _, text := range seen {
		var c, i int
		fmt.Sscan(text, &c, &i)
		if next[c] != i {
			t.Fatalf("line %d of container %d comes when it is the turn of %d", i, c, next[c])
		}
		next[c]++
	}
}
