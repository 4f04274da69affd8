package main

import (
	"fmt"
	"io"
	"net/http"
	"os"
	"slices"
	"strconv"
	"time"
)

// ask asks two URLs or more so many times, in turns, and prints for each the median and the
// mean of how long an answer takes, in microseconds, and its URL. Each request has a
// connection of its own, as one has that a program makes now and then. $NAME in a URL stands
// for a variable.
func ask(args []string) error {
	times, err := strconv.Atoi(args[0])
	if err != nil || times < 1 {
		return fmt.Errorf("cannot ask %q times", args[0])
	}
	urls := args[1:]
	client := http.Client{Timeout: patience, Transport: &http.Transport{DisableKeepAlives: true}}
	took := make([][]time.Duration, len(urls))
	for range times {
		for i, url := range urls {
			began := time.Now()
			answer, err := client.Get(os.ExpandEnv(url))
			if err != nil {
				return err
			}
			_, err = io.Copy(io.Discard, answer.Body)
			_ = answer.Body.Close()
			if err != nil || answer.StatusCode != http.StatusOK {
				return fmt.Errorf("%s: %s, %w", url, answer.Status, err)
			}
			took[i] = append(took[i], time.Since(began))
		}
	}
	for i, url := range urls {
		var sum time.Duration
		for _, one := range took[i] {
			sum += one
		}
		slices.Sort(took[i])
		fmt.Println("asked", took[i][times/2].Microseconds(), (sum / time.Duration(times)).Microseconds(), url)
	}
	return nil
}
