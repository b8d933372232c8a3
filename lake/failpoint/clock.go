//go:build failpoints

package failpoint

import (
	"fmt"
	"os"
	"sync"
	"time"
)

// ClockVariable is the environment variable that makes Now run fast: RATE@UNIX is
// RATE times as fast since UNIX, in seconds. Versions then grow old in minutes.
const ClockVariable = "TARGET_FILELAKE_CLOCK"

// pace is read once: the environment does not change.
var pace = sync.OnceValues(func() (rate int64, from time.Time) {
	text := os.Getenv(ClockVariable)
	if text == "" {
		return 1, time.Time{}
	}
	var unix int64
	if _, err := fmt.Sscanf(text, "%d@%d", &rate, &unix); err != nil {
		panic(fmt.Sprintf("%s: %q: %v", ClockVariable, text, err))
	}
	return rate, time.Unix(unix, 0)
})

// Now is what a lake's clock says.
func Now() time.Time {
	now := time.Now()
	rate, from := pace()
	if rate == 1 {
		return now
	}
	return from.Add(now.Sub(from) * time.Duration(rate))
}
