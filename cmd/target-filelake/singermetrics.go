package main

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"os"
	"time"
)

// singerPoint is a measurement as the Singer SDK logs it.
type singerPoint struct {
	Type   string     `json:"type"`
	Metric string     `json:"metric"`
	Value  float64    `json:"value"`
	Tags   singerTags `json:"tags"`
}

type singerTags struct {
	Stream string `json:"stream"`
	PID    int    `json:"pid"`
	Status string `json:"status,omitempty"` // of a timer
}

// measured logs what a batch was of each stream, and how long the commit took that
// they share.
func (c *committer) measured(ctx context.Context, b sealed, took time.Duration, fault error) {
	if !c.cfg.SingerMetrics {
		return
	}
	status := "succeeded"
	if fault != nil {
		status = "failed"
	}
	for i := range b.streams {
		stream, rows := b.streams[i].stream, b.streams[i].kept()
		if rows == 0 {
			continue
		}
		if fault == nil {
			c.singerMetric(ctx, singerPoint{"counter", "record_count", float64(rows), singerTags{Stream: stream, PID: os.Getpid()}})
		}
		c.singerMetric(ctx, singerPoint{"timer", "batch_processing_time", took.Seconds(), singerTags{stream, os.Getpid(), status}})
	}
}

// singerMetric logs a measurement: among text as a line of the SDK's, else as a line
// of the log.
func (l *loader) singerMetric(ctx context.Context, p singerPoint) {
	switch {
	case !l.log.Enabled(ctx, slog.LevelInfo):
	case l.cfg.LogFormat != logText:
		l.log.Info("METRIC", "metric_info", p)
	default:
		data, err := json.Marshal(p)
		if err != nil {
			panic("BUG: " + err.Error())
		}
		fmt.Fprintf(l.stderr, "INFO METRIC: %s\n", data)
	}
}
