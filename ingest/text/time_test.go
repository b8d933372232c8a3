package text

import (
	"testing"
	"time"
)

// Every day is counted as the standard library counts it.
func TestCalendar(t *testing.T) {
	for at := time.Date(1, 1, 1, 0, 0, 0, 0, time.UTC); at.Year() < 10_000; at = at.AddDate(0, 0, 1) {
		days, why := Date([]byte(at.Format(time.DateOnly)))
		if want := at.Unix() / 86400; why != "" || days != want {
			t.Fatalf("%s = %d %s, want %d", at, days, why, want)
		}
	}
}
