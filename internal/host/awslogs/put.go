package awslogs

import "context"

// put reports whether the batch is done with. What the sink refuses is left out, as the driver
// does after the stream was deleted.
func (r *reader) put(ctx context.Context, b batch) bool {
	err := r.all.Sink.Put(ctx, r.stream, r.source, b.lines, b.at)
	switch {
	case refused(err):
		if !r.refused {
			r.all.Log.Warn("cannot write output of a container to CloudWatch Logs", "group", r.stream.Group, "stream", r.stream.Name, "error", err)
		}
		r.refused = true
		return true
	case err == nil:
		r.all.kept()
	case ctx.Err() == nil:
		r.all.trouble(err)
	}
	return err == nil
}
