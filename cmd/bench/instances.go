package main

import "context"

// measureInstances is what container instances cost: a placement, tasks that wait for them or are placed on
// many of them, and the way of a request through one.
func measureInstances(ctx context.Context, b *bench) error {
	if err := measurePlacement(b); err != nil {
		return err
	}
	if err := measureWaiting(ctx, b); err != nil {
		return err
	}
	if err := measureEmbedded(ctx, b, "instances", fleetCases); err != nil {
		return err
	}
	return measurePort(ctx, b)
}
